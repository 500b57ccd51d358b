"""Fields of a call against the table in `schema`: types are checked, strangers are refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from modera_bot.sandbox.files import Upload
from modera_bot.sandbox.refusals import bad_request
from modera_bot.sandbox.schema import METHODS, OBJECTS, Spec

EMPTY = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "file_id": "file_id not specified",
    "photo": "there is no photo in the request",
    "document": "there is no document in the request",
}
BY_KEY = {
    "inline_keyboard": "InlineKeyboardMarkup",
    "keyboard": "ReplyKeyboardMarkup",
    "remove_keyboard": "ReplyKeyboardRemove",
    "force_reply": "ForceReply",
}
MEDIA_TYPES = {"photo": "InputMediaPhoto", "document": "InputMediaDocument"}
Uploads = Mapping[str, Upload]


def checked(method: str, fields: Mapping[str, Any], uploads: Uploads) -> dict[str, Any]:
    """The fields of a call, each in its own type; a file is an `Upload` or a string.

    Raises:
        Refusal: a field is unknown, missing or of the wrong type.
    """
    return _Check(uploads).object(method, dict(fields), METHODS[method])


class _Check:
    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads

    def object(self, owner: str, given: dict[str, Any], spec: Spec) -> dict[str, Any]:
        for name in given:
            if name not in spec:
                raise bad_request(
                    f'unknown field "{name}" in {owner} (Telegram ignores it, the sandbox does not)'
                )
        result: dict[str, Any] = {}
        for name, kind in spec.items():
            value = given.get(name)
            if value is None or value == "":
                if kind.endswith("!") and value is None:
                    raise bad_request(EMPTY.get(name, f'field "{name}" of {owner} is required'))
                if value is None:
                    continue
            result[name] = self.value(name, value, kind.rstrip("!"))
        return result

    def value(self, name: str, value: Any, kind: str) -> Any:
        if kind.startswith("["):
            items = _decoded(name, value)
            if not isinstance(items, list):
                raise bad_request(f"can't parse {name}: expected an Array of {kind[1:-1]}")
            return [self.value(name, item, kind[1:-1]) for item in items]
        scalar = getattr(self, f"_{kind.lower()}", None)
        if scalar is not None:
            return scalar(name, value)
        return self._structure(name, _decoded(name, value), kind)

    def _structure(self, name: str, value: Any, kind: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            if kind in ("ReplyMarkup", "InlineKeyboardMarkup"):
                raise bad_request("object expected as reply markup")
            raise bad_request(f"can't parse {name}: expected an Object of type {kind}")
        if kind == "ReplyMarkup":
            kind = next((BY_KEY[key] for key in BY_KEY if key in value), "")
            if not kind:
                raise bad_request("can't parse reply markup: unknown kind of keyboard")
        if kind == "InputMedia":
            kind = MEDIA_TYPES.get(str(value.get("type")), "")
            if not kind:
                raise bad_request(
                    f"can't parse InputMedia: the sandbox has no type {value.get('type')!r}"
                )
        return self.object(kind, value, OBJECTS[kind])

    def _any(self, name: str, value: Any) -> Any:
        return _decoded(name, value)

    def _integer(self, name: str, value: Any) -> int:
        try:
            if isinstance(value, bool | float):
                raise ValueError
            return int(value)
        except (TypeError, ValueError):
            raise bad_request(f'field "{name}" must be of type Integer') from None

    def _float(self, name: str, value: Any) -> float:
        try:
            return float(value)
        except (TypeError, ValueError):
            raise bad_request(f'field "{name}" must be of type Float') from None

    def _boolean(self, name: str, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        if str(value).lower() in ("true", "yes", "1", "false", "no", "0"):
            return str(value).lower() in ("true", "yes", "1")
        raise bad_request(f'field "{name}" must be of type Boolean')

    def _string(self, name: str, value: Any) -> str:
        if isinstance(value, str):
            return value
        raise bad_request(f'field "{name}" must be of type String')

    def _chat(self, name: str, value: Any) -> int | str:
        if isinstance(value, str) and value.startswith("@"):
            return value
        return self._integer(name, value)

    def _file(self, name: str, value: Any) -> Upload | str:
        if isinstance(value, Upload):
            return value
        text = self._string(name, value)
        if not text.startswith("attach://"):
            return text
        upload = self._uploads.get(text.removeprefix("attach://"))
        if upload is None and name == "media":
            raise bad_request("can't parse InputMedia: media not found")
        if upload is None:
            raise bad_request(f'file "{text}" is not attached to the request')
        return upload


def _decoded(name: str, value: Any) -> Any:
    """Structured fields come as JSON text in forms, as themselves in JSON bodies."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise bad_request(f"can't parse {name} JSON object") from None
