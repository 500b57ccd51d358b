"""Answers to pressed buttons (Bot API, answerCallbackQuery)."""

from __future__ import annotations

import time

from modera_bot.sandbox.formatting import utf16_length
from modera_bot.sandbox.methods.call import Call
from modera_bot.sandbox.refusals import QUERY_TOO_OLD, bad_request


async def answer_callback_query(call: Call) -> bool:
    """answerCallbackQuery; the button stops spinning and the text is shown."""
    query = call.world.queries.get(call.fields["callback_query_id"])
    if query is None or time.time() - query.asked > call.world.query_lifetime:
        raise bad_request(QUERY_TOO_OLD)
    text = call.fields.get("text", "")
    if utf16_length(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answered = True
    call.world.records.write("query", query.id, vars(query))
    call.world.publish(
        {
            "type": "answer",
            "chat_id": query.chat_id,
            "message_id": query.message_id,
            "query_id": query.id,
            "text": text,
            "show_alert": call.fields.get("show_alert", False),
            "url": call.fields.get("url", ""),
        }
    )
    return True
