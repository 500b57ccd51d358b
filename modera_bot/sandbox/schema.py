"""The part of Bot API 10.0 that is understood, as a table: method -> field -> type.

A type is written as in the Bot API: `Integer`, `String`, `Boolean`, `Float`, an object's name,
`[T]` for an array of T; `Chat` is "Integer or String", `File` is "InputFile or String". A `!`
marks a required field. What a method does stands in `methods/`.
"""

from __future__ import annotations

Spec = dict[str, str]

_TARGET: Spec = {"chat_id": "Chat!", "message_thread_id": "Integer"}
_SEND: Spec = _TARGET | {
    "business_connection_id": "String",
    "direct_messages_topic_id": "Integer",
    "disable_notification": "Boolean",
    "protect_content": "Boolean",
    "allow_paid_broadcast": "Boolean",
    "message_effect_id": "String",
    "suggested_post_parameters": "SuggestedPostParameters",
    "reply_parameters": "ReplyParameters",
    "reply_markup": "ReplyMarkup",
}
_TEXT: Spec = {"parse_mode": "String", "entities": "[MessageEntity]"}
_LINK: Spec = {"link_preview_options": "LinkPreviewOptions"}
_CAPTION: Spec = {
    "caption": "String",
    "parse_mode": "String",
    "caption_entities": "[MessageEntity]",
}
_ABOVE: Spec = {"show_caption_above_media": "Boolean"}
_EDIT: Spec = {
    "business_connection_id": "String",
    "chat_id": "Chat",
    "message_id": "Integer",
    "inline_message_id": "String",
    "reply_markup": "InlineKeyboardMarkup",
}
_LANGUAGE: Spec = {"language_code": "String"}
_SCOPE: Spec = {"scope": "BotCommandScope"} | _LANGUAGE

_INVOICE: Spec = {
    "title": "String!",
    "description": "String!",
    "payload": "String!",
    "provider_token": "String",
    "currency": "String!",
    "prices": "[LabeledPrice]!",
    "max_tip_amount": "Integer",
    "suggested_tip_amounts": "[Integer]",
    "provider_data": "String",
    "photo_url": "String",
    "photo_size": "Integer",
    "photo_width": "Integer",
    "photo_height": "Integer",
    "need_name": "Boolean",
    "need_phone_number": "Boolean",
    "need_email": "Boolean",
    "need_shipping_address": "Boolean",
    "send_phone_number_to_provider": "Boolean",
    "send_email_to_provider": "Boolean",
    "is_flexible": "Boolean",
}
_CHARGE: Spec = {"user_id": "Integer!", "telegram_payment_charge_id": "String!"}

METHODS: dict[str, Spec] = {
    "getMe": {},
    "logOut": {},
    "close": {},
    "getUpdates": {
        "offset": "Integer",
        "limit": "Integer",
        "timeout": "Integer",
        "allowed_updates": "[String]",
    },
    "setWebhook": {
        "url": "String!",
        "certificate": "File",
        "ip_address": "String",
        "max_connections": "Integer",
        "allowed_updates": "[String]",
        "drop_pending_updates": "Boolean",
        "secret_token": "String",
    },
    "deleteWebhook": {"drop_pending_updates": "Boolean"},
    "getWebhookInfo": {},
    "sendMessage": _SEND | _TEXT | _LINK | {"text": "String!"},
    "sendPhoto": _SEND | _CAPTION | _ABOVE | {"photo": "File!", "has_spoiler": "Boolean"},
    "sendDocument": _SEND
    | _CAPTION
    | {"document": "File!", "thumbnail": "File", "disable_content_type_detection": "Boolean"},
    "sendMediaGroup": {
        name: kind
        for name, kind in _SEND.items()
        if name not in ("reply_markup", "suggested_post_parameters")
    }
    | {"media": "[InputMedia]!"},
    "sendChatAction": _TARGET | {"business_connection_id": "String", "action": "String!"},
    "sendMessageDraft": _TARGET | _TEXT | {"draft_id": "Integer!", "text": "String"},
    "copyMessage": _SEND
    | _CAPTION
    | _ABOVE
    | {"from_chat_id": "Chat!", "message_id": "Integer!", "video_start_timestamp": "Integer"},
    "forwardMessage": _TARGET
    | {
        "direct_messages_topic_id": "Integer",
        "from_chat_id": "Chat!",
        "message_id": "Integer!",
        "video_start_timestamp": "Integer",
        "disable_notification": "Boolean",
        "protect_content": "Boolean",
        "message_effect_id": "String",
        "suggested_post_parameters": "SuggestedPostParameters",
    },
    "editMessageText": _EDIT | _TEXT | _LINK | {"text": "String!"},
    "editMessageCaption": _EDIT | _CAPTION | _ABOVE,
    "editMessageMedia": _EDIT | {"media": "InputMedia!"},
    "editMessageReplyMarkup": _EDIT,
    "deleteMessage": {"chat_id": "Chat!", "message_id": "Integer!"},
    "deleteMessages": {"chat_id": "Chat!", "message_ids": "[Integer]!"},
    "setMessageReaction": {
        "chat_id": "Chat!",
        "message_id": "Integer!",
        "reaction": "[ReactionType]",
        "is_big": "Boolean",
    },
    "answerCallbackQuery": {
        "callback_query_id": "String!",
        "text": "String",
        "show_alert": "Boolean",
        "url": "String",
        "cache_time": "Integer",
    },
    "sendInvoice": {name: kind for name, kind in _SEND.items() if name != "business_connection_id"}
    | _INVOICE
    | {"start_parameter": "String"},
    "createInvoiceLink": _INVOICE
    | {"business_connection_id": "String", "subscription_period": "Integer"},
    "answerPreCheckoutQuery": {
        "pre_checkout_query_id": "String!",
        "ok": "Boolean!",
        "error_message": "String",
    },
    "getStarTransactions": {"offset": "Integer", "limit": "Integer"},
    "refundStarPayment": _CHARGE,
    "editUserStarSubscription": _CHARGE | {"is_canceled": "Boolean!"},
    "getFile": {"file_id": "String!"},
    "getChat": {"chat_id": "Chat!"},
    "setMyCommands": _SCOPE | {"commands": "[BotCommand]!"},
    "getMyCommands": _SCOPE,
    "deleteMyCommands": _SCOPE,
    "setMyName": _LANGUAGE | {"name": "String"},
    "getMyName": _LANGUAGE,
    "setMyDescription": _LANGUAGE | {"description": "String"},
    "getMyDescription": _LANGUAGE,
    "setMyShortDescription": _LANGUAGE | {"short_description": "String"},
    "getMyShortDescription": _LANGUAGE,
    "setChatMenuButton": {"chat_id": "Integer", "menu_button": "MenuButton"},
    "getChatMenuButton": {"chat_id": "Integer"},
}

_MEDIA: Spec = {"type": "String!", "media": "File!"} | _CAPTION
_BUTTON: Spec = {"text": "String!", "style": "String", "icon_custom_emoji_id": "String"}

OBJECTS: dict[str, Spec] = {
    "MessageEntity": {
        "type": "String!",
        "offset": "Integer!",
        "length": "Integer!",
        "url": "String",
        "user": "User",
        "language": "String",
        "custom_emoji_id": "String",
        "unix_time": "Integer",
        "date_time_format": "String",
    },
    "User": {"id": "Integer!", "is_bot": "Boolean", "first_name": "String"},
    "LinkPreviewOptions": {
        "is_disabled": "Boolean",
        "url": "String",
        "prefer_small_media": "Boolean",
        "prefer_large_media": "Boolean",
        "show_above_text": "Boolean",
    },
    "ReplyParameters": {
        "message_id": "Integer!",
        "chat_id": "Chat",
        "allow_sending_without_reply": "Boolean",
        "quote": "String",
        "quote_parse_mode": "String",
        "quote_entities": "[MessageEntity]",
        "quote_position": "Integer",
        "checklist_task_id": "Integer",
        "poll_option_id": "String",
    },
    "SuggestedPostParameters": {"price": "Any", "send_date": "Integer"},
    "InputMediaPhoto": _MEDIA | _ABOVE | {"has_spoiler": "Boolean"},
    "InputMediaDocument": _MEDIA
    | {"thumbnail": "File", "disable_content_type_detection": "Boolean"},
    "InlineKeyboardMarkup": {"inline_keyboard": "[[InlineKeyboardButton]]!"},
    "InlineKeyboardButton": _BUTTON
    | {
        "url": "String",
        "callback_data": "String",
        "web_app": "WebAppInfo",
        "login_url": "Any",
        "switch_inline_query": "String",
        "switch_inline_query_current_chat": "String",
        "switch_inline_query_chosen_chat": "Any",
        "copy_text": "CopyTextButton",
        "callback_game": "Any",
        "pay": "Boolean",
    },
    "CopyTextButton": {"text": "String!"},
    "LabeledPrice": {"label": "String!", "amount": "Integer!"},
    "WebAppInfo": {"url": "String!"},
    "ReplyKeyboardMarkup": {
        "keyboard": "[[KeyboardButton]]!",
        "is_persistent": "Boolean",
        "resize_keyboard": "Boolean",
        "one_time_keyboard": "Boolean",
        "input_field_placeholder": "String",
        "selective": "Boolean",
    },
    "KeyboardButton": _BUTTON
    | {
        "request_users": "Any",
        "request_chat": "Any",
        "request_managed_bot": "Any",
        "request_contact": "Boolean",
        "request_location": "Boolean",
        "request_poll": "Any",
        "web_app": "WebAppInfo",
    },
    "ReplyKeyboardRemove": {"remove_keyboard": "Boolean!", "selective": "Boolean"},
    "ForceReply": {
        "force_reply": "Boolean!",
        "input_field_placeholder": "String",
        "selective": "Boolean",
    },
    "BotCommand": {"command": "String!", "description": "String!"},
    "BotCommandScope": {"type": "String!", "chat_id": "Chat", "user_id": "Integer"},
    "MenuButton": {"type": "String!", "text": "String", "web_app": "WebAppInfo"},
    "ReactionType": {"type": "String!", "emoji": "String", "custom_emoji_id": "String"},
}

CHAT_ACTIONS = frozenset(
    (
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    )
)
BUTTON_STYLES = frozenset(("primary", "success", "danger"))
