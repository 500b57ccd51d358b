"""Sending text and what surrounds it (Bot API, "Available methods")."""

from __future__ import annotations

from modera_bot.sandbox.methods.call import Call, Json, caption_of, post, text_of
from modera_bot.sandbox.refusals import bad_request
from modera_bot.sandbox.schema import CHAT_ACTIONS

CONTENT = (
    "text",
    "entities",
    "photo",
    "document",
    "animation",
    "sticker",
    "voice",
    "location",
    "caption",
    "caption_entities",
    "has_media_spoiler",
    "show_caption_above_media",
)


async def send_message(call: Call) -> Json:
    """sendMessage."""
    person = call.person()
    return post(call, person, text_of(call.fields))


async def send_chat_action(call: Call) -> bool:
    """sendChatAction; the page shows it for five seconds or until a message comes."""
    person = call.person()
    action = call.fields["action"]
    if action not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    call.world.publish({"type": "action", "chat_id": person.id, "action": action})
    return True


async def send_message_draft(call: Call) -> bool:
    """sendMessageDraft; nothing is kept, the page shows it for thirty seconds at most."""
    person = call.person()
    if call.fields["draft_id"] == 0:
        raise bad_request("draft identifier must be non-zero")
    has_text = bool(call.fields.get("text", "").strip())
    content = text_of(call.fields) if has_text else {"text": ""}
    draft = content | {"draft_id": call.fields["draft_id"]}
    call.world.publish({"type": "draft", "chat_id": person.id, "draft": draft})
    return True


async def copy_message(call: Call) -> Json:
    """copyMessage."""
    person, content = call.person(), _content(call, "copy")
    if "caption" in call.fields and "text" not in content:
        content = {k: v for k, v in content.items() if not k.startswith("caption")}
        content |= caption_of(call.fields)
    return {"message_id": post(call, person, content)["message_id"]}


async def forward_message(call: Call) -> Json:
    """forwardMessage."""
    person, content = call.person(), _content(call, "forward")
    source = call.world.messages[call.fields["from_chat_id"]][call.fields["message_id"]]
    origin = {"type": "user", "sender_user": source["from"], "date": source["date"]}
    return post(call, person, content | {"forward_origin": origin})


def _content(call: Call, verb: str) -> Json:
    chat = call.world.messages.get(call.fields["from_chat_id"])
    if chat is None:
        raise bad_request("chat not found")
    source = chat.get(call.fields["message_id"])
    if source is None:
        raise bad_request(f"message to {verb} not found")
    if source.get("has_protected_content"):
        raise bad_request(f"message can't be {'copied' if verb == 'copy' else 'forwarded'}")
    return {key: source[key] for key in CONTENT if key in source}
