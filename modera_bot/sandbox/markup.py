"""What Telegram refuses in keyboards (Bot API, InlineKeyboardButton)."""

from __future__ import annotations

from typing import Any

from modera_bot.sandbox.refusals import bad_request
from modera_bot.sandbox.schema import BUTTON_STYLES

Json = dict[str, Any]
ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
MAX_BUTTONS = 100


def check_keyboard(markup: Json) -> None:
    """Check the buttons of an inline or a reply keyboard.

    Raises:
        Refusal: a button without text or action, with too much data, or of an unknown style.
    """
    rows: list[list[Json]] = markup.get("inline_keyboard") or markup.get("keyboard") or []
    buttons = [button for row in rows for button in row]
    if len(buttons) > MAX_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    for button in buttons:
        if not button["text"].strip():
            raise bad_request("can't parse keyboard button: text is empty")
        if button.get("style", "primary") not in BUTTON_STYLES:
            raise bad_request("BUTTON_STYLE_INVALID")
        if "inline_keyboard" in markup:
            _check_inline(button)


def _check_inline(button: Json) -> None:
    actions = [name for name in ACTIONS if name in button]
    if not actions:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(actions) > 1:
        raise bad_request("can't parse inline keyboard button: choose one action only")
    if actions == ["callback_data"] and not 1 <= len(button["callback_data"].encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if actions == ["url"] and not button["url"].startswith(("http://", "https://", "tg://")):
        raise bad_request(
            f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL"
        )
