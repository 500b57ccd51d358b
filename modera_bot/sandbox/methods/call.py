"""One call of a method, checked, and the parts of a message that many methods build."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from modera_bot.sandbox.formatting import formatted, utf16_length
from modera_bot.sandbox.markup import check_keyboard
from modera_bot.sandbox.refusals import bad_request
from modera_bot.sandbox.world import Person, World

Json = dict[str, Any]
MAX_TEXT = 4096
MAX_CAPTION = 1024


@dataclass
class Call:
    """A call of a Bot API method.

    `fields` are in the types of the schema; `gone()` tells whether the caller has hung up.
    """

    world: World
    fields: Json
    photo_edge: int
    gone: Callable[[], bool]

    def person(self) -> Person:
        """Whom the call is for; raises what `World.person` raises."""
        return self.world.person(self.fields["chat_id"])


Method = Callable[[Call], Awaitable[Any]]


def text_of(fields: Json) -> Json:
    """`text` and `entities` of a message.

    Raises:
        Refusal: nothing left after parsing, or more than 4096 characters.
    """
    text, entities = formatted(fields["text"], fields.get("parse_mode"), fields.get("entities"))
    if not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > MAX_TEXT:
        raise bad_request("message is too long")
    return {"text": text} | ({"entities": entities} if entities else {})


def caption_of(fields: Json) -> Json:
    """`caption` and `caption_entities`; empty without a caption.

    Raises:
        Refusal: more than 1024 characters after parsing.
    """
    caption, entities = formatted(
        fields.get("caption", ""), fields.get("parse_mode"), fields.get("caption_entities")
    )
    if utf16_length(caption) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    if not caption:
        return {}
    return {"caption": caption} | ({"caption_entities": entities} if entities else {})


def markup_of(call: Call) -> Json:
    """`reply_markup` as it stands in a message: inline keyboards only."""
    markup = call.fields.get("reply_markup")
    if not markup:
        return {}
    check_keyboard(markup)
    return {"reply_markup": markup} if markup.get("inline_keyboard") else {}


def post(call: Call, person: Person, content: Json) -> Json:
    """Put a message of the bot into a chat, with the reply keyboard it may carry."""
    reply = _reply(call, person)
    markup = call.fields.get("reply_markup") or {}
    inline = markup_of(call)
    if markup and "inline_keyboard" not in markup:
        person.keyboard = markup if "keyboard" in markup else None
        call.world.save_person(person)
    protected = {"has_protected_content": True} if call.fields.get("protect_content") else {}
    message = {
        "message_id": call.world.next_id("message"),
        "from": call.world.bot,
        "chat": person.as_chat(),
        "date": int(time.time()),
    }
    return call.world.save_message(message | protected | reply | content | inline)


def _reply(call: Call, person: Person) -> Json:
    parameters = call.fields.get("reply_parameters")
    if not parameters:
        return {}
    found = call.world.messages[person.id].get(parameters["message_id"])
    if found is None:
        if parameters.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    return {"reply_to_message": {k: v for k, v in found.items() if k != "reply_to_message"}}
