"""Changing and deleting messages (Bot API, "Updating messages")."""

from __future__ import annotations

import time

from modera_bot.sandbox.methods.call import Call, Json, caption_of, markup_of, text_of
from modera_bot.sandbox.methods.media import media_of
from modera_bot.sandbox.refusals import NOT_MODIFIED, bad_request

TEXT = ("text", "entities")
CAPTION = ("caption", "caption_entities", "show_caption_above_media")
MEDIA = ("photo", "document", "animation", "has_media_spoiler")
DELETABLE_FOR = 48 * 3600


async def edit_message_text(call: Call) -> Json:
    """editMessageText."""
    message = _own(call)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    return _edit(call, message, TEXT, text_of(call.fields))


async def edit_message_caption(call: Call) -> Json:
    """editMessageCaption."""
    message = _own(call)
    if not any(kind in message for kind in MEDIA):
        raise bad_request("there is no caption in the message to edit")
    above = call.fields.get("show_caption_above_media")
    place = {"show_caption_above_media": True} if above else {}
    return _edit(call, message, CAPTION, caption_of(call.fields) | place)


async def edit_message_media(call: Call) -> Json:
    """editMessageMedia; a text message may become a photo, not the other way."""
    message = _own(call)
    content = await media_of(call, call.fields["media"])
    if "media_group_id" in message and not content.keys() & message.keys() & {"photo", "document"}:
        raise bad_request("message content type can't be changed in an album")
    return _edit(call, message, (*TEXT, *CAPTION, *MEDIA), content)


async def edit_message_reply_markup(call: Call) -> Json:
    """editMessageReplyMarkup."""
    return _edit(call, _own(call), (), {})


async def delete_message(call: Call) -> bool:
    """deleteMessage; in a private chat a bot may delete what either side wrote."""
    person = call.person()
    message = call.world.messages[person.id].get(call.fields["message_id"])
    if message is None:
        raise bad_request("message to delete not found")
    if time.time() - message["date"] > DELETABLE_FOR:
        raise bad_request("message can't be deleted for everyone")
    call.world.delete_message(person.id, message["message_id"])
    return True


async def delete_messages(call: Call) -> bool:
    """deleteMessages; those that are gone already are skipped."""
    person = call.person()
    if not 1 <= len(call.fields["message_ids"]) <= 100:
        raise bad_request("message identifiers must be 1-100 in number")
    for message_id in call.fields["message_ids"]:
        if message_id in call.world.messages[person.id]:
            call.world.delete_message(person.id, message_id)
    return True


async def set_message_reaction(call: Call) -> bool:
    """setMessageReaction: bots may set one, to an album as a whole."""
    person = call.person()
    message = call.world.messages[person.id].get(call.fields["message_id"])
    if message is None:
        raise bad_request("message to react not found")
    reactions = call.fields.get("reaction", [])
    if len(reactions) > 1 or any(reaction["type"] != "emoji" for reaction in reactions):
        raise bad_request("REACTION_INVALID")
    album = message.get("media_group_id")
    if album is not None:  # it goes to the first that is still there
        every = call.world.messages[person.id].values()
        message = next(one for one in every if one.get("media_group_id") == album)
    call.world.react(message, [reaction.get("emoji", "") for reaction in reactions])
    return True


def _own(call: Call) -> Json:
    if "chat_id" not in call.fields or "message_id" not in call.fields:
        raise bad_request("message identifier is not specified")
    person = call.person()
    message = call.world.messages[person.id].get(call.fields["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    if message["from"]["id"] != call.world.bot["id"]:
        raise bad_request("message can't be edited")
    return message


def _edit(call: Call, message: Json, replaced: tuple[str, ...], content: Json) -> Json:
    """Replace some parts of a message; without `reply_markup` its keyboard goes, as at Telegram."""
    kept = {k: v for k, v in message.items() if k not in (*replaced, "reply_markup", "edit_date")}
    changed = kept | content | markup_of(call)
    if changed == {key: value for key, value in message.items() if key != "edit_date"}:
        raise bad_request(NOT_MODIFIED)
    return call.world.save_message(changed | {"edit_date": int(time.time())}, edited=True)
