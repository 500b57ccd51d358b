"""What Telegram refuses, the sandbox refuses too, in the same words."""

from __future__ import annotations

import io
import time
from typing import Any

import pytest
from PIL import Image

from modera_bot.sandbox.client import SandboxUser
from modera_bot.sandbox.server import Sandbox
from tests.sandbox.conftest import GARMENT, Caller

BUTTON = {"text": "Go", "callback_data": "go"}


def keyboard(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[BUTTON | button]]}


def photos(n: int) -> list[dict[str, str]]:
    return [{"type": "photo", "media": "attach://file"} for _ in range(n)]


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("sendMessage", {}, "message text is empty"),
    ("sendMessage", {"text": ""}, "message text is empty"),
    ("sendMessage", {"text": " \n "}, "message text is empty"),
    ("sendMessage", {"text": "x" * 4097}, "message is too long"),
    ("sendMessage", {"text": "👗" * 2049}, "message is too long"),
    ("sendMessage", {"text": "x", "txet": "y"}, 'unknown field "txet" in sendMessage'),
    ("sendMessage", {"text": "x", "chat_id": "many"}, 'field "chat_id" must be of type Integer'),
    ("sendMessage", {"text": "x", "chat_id": 5}, "chat not found"),
    ("sendMessage", {"text": "x", "chat_id": "@someone"}, "chat not found"),
    ("sendMessage", {"text": "x", "protect_content": "perhaps"}, "must be of type Boolean"),
    ("sendMessage", {"text": "x", "reply_markup": "{"}, "can't parse reply_markup JSON object"),
    ("sendMessage", {"text": "x", "reply_markup": "[]"}, "object expected as reply markup"),
    ("sendMessage", {"text": "x", "parse_mode": "BBCode"}, "unsupported parse_mode"),
    (
        "sendMessage",
        {"text": "x", "reply_parameters": {"message_id": 1}},
        "message to be replied not found",
    ),
    (
        "sendMessage",
        {"text": "x", "reply_markup": keyboard(callback_data="é" * 32 + "x")},
        "BUTTON_DATA_INVALID",
    ),
    ("sendMessage", {"text": "x", "reply_markup": keyboard(callback_data="")}, "BUTTON_DATA"),
    ("sendMessage", {"text": "x", "reply_markup": keyboard(style="loud")}, "BUTTON_STYLE_INVALID"),
    ("sendMessage", {"text": "x", "reply_markup": keyboard(text=" ")}, "text is empty"),
    ("sendMessage", {"text": "x", "reply_markup": keyboard(url="https://a.b")}, "one action only"),
    (
        "sendMessage",
        {"text": "x", "reply_markup": keyboard(colour="red")},
        'unknown field "colour"',
    ),
    (
        "sendMessage",
        {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x"}]]}},
        "Text buttons are unallowed in the inline keyboard",
    ),
    (
        "sendMessage",
        {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x", "url": "a b"}]]}},
        "inline keyboard button URL 'a b' is invalid: Wrong HTTP URL",
    ),
    (
        "sendMessage",
        {"text": "x", "reply_markup": {"inline_keyboard": [[BUTTON] * 101]}},
        "REPLY_MARKUP_TOO_LONG",
    ),
    ("sendPhoto", {}, "there is no photo in the request"),
    ("sendPhoto", {"photo": b"not a picture"}, "IMAGE_PROCESS_FAILED"),
    ("sendPhoto", {"photo": "AgACinvented"}, "wrong file identifier/HTTP URL specified"),
    ("sendPhoto", {"photo": "attach://x"}, 'file "attach://x" is not attached to the request'),
    ("sendPhoto", {"photo": "https://a.b/c.jpg"}, "failed to get HTTP URL content"),
    ("sendPhoto", {"photo": b"x", "caption": "x" * 1025}, "message caption is too long"),
    ("sendDocument", {"document": b""}, "file must be non-empty"),
    ("sendMediaGroup", {"media": photos(1), "file": b"x"}, "album must include 2-10 items"),
    ("sendMediaGroup", {"media": photos(11), "file": b"x"}, "album must include 2-10 items"),
    ("sendMediaGroup", {"media": photos(2)}, "can't parse InputMedia: media not found"),
    (
        "sendMediaGroup",
        {"media": [*photos(1), {"type": "document", "media": "attach://file"}], "file": b"x"},
        "document can't be mixed with other media types",
    ),
    ("sendMediaGroup", {"media": {"type": "photo"}}, "expected an Array of InputMedia"),
    ("sendChatAction", {"action": "dance"}, "wrong parameter action in request"),
    ("sendMessageDraft", {"draft_id": 0, "text": "x"}, "draft identifier must be non-zero"),
    ("editMessageText", {"message_id": 1, "text": "x"}, "message to edit not found"),
    ("editMessageText", {"text": "x"}, "message identifier is not specified"),
    ("editMessageReplyMarkup", {"message_id": 1}, "message to edit not found"),
    ("deleteMessage", {"message_id": 1}, "message to delete not found"),
    ("setMessageReaction", {"message_id": 1}, "message to react not found"),
]
REFUSED_WITHOUT_CHAT: list[tuple[str, dict[str, Any], str]] = [
    ("getFile", {"file_id": "AgACinvented"}, "invalid file_id"),
    ("getFile", {}, "file_id not specified"),
    ("getUpdates", {"timeout": "soon"}, 'field "timeout" must be of type Integer'),
    ("setWebhook", {"url": "ftp://x"}, "invalid webhook URL specified"),
    ("setWebhook", {"url": "https://x", "secret_token": "ü"}, "unallowed characters"),
    ("setMyCommands", {"commands": [{"command": "Start", "description": "x"}]}, "COMMAND_INVALID"),
    ("setMyCommands", {"commands": [{"command": "start", "description": ""}]}, "DESCRIPTION"),
    ("answerCallbackQuery", {"callback_query_id": "1"}, "query is too old and response timeout"),
]


def label(case: object) -> str | None:
    return case if isinstance(case, str) and len(case) < 60 else ""


@pytest.mark.parametrize(("method", "fields", "reason"), REFUSED, ids=label)
async def test_a_wrong_call_is_refused(
    call: Caller, anna: SandboxUser, method: str, fields: dict[str, Any], reason: str
) -> None:
    answer = await call(method, **({"chat_id": anna.id} | fields))

    assert answer["error_code"] == 400
    assert answer["description"].startswith("Bad Request: ")
    assert reason in answer["description"]
    assert len(await anna.messages()) == 1  # her own


@pytest.mark.parametrize(("method", "fields", "reason"), REFUSED_WITHOUT_CHAT, ids=label)
async def test_a_wrong_call_without_a_chat_is_refused(
    call: Caller, method: str, fields: dict[str, Any], reason: str
) -> None:
    answer = await call(method, **fields)

    assert answer["error_code"] == 400
    assert reason in answer["description"]


async def test_what_is_just_short_enough_passes(call: Caller, anna: SandboxUser) -> None:
    markup = keyboard(callback_data="é" * 32)
    text = await call("sendMessage", chat_id=anna.id, text="👗" * 2048, reply_markup=markup)
    photo = await call("sendPhoto", chat_id=anna.id, photo=GARMENT.read_bytes(), caption="x" * 1024)
    assert text["ok"]
    assert photo["ok"]


async def test_an_unknown_method_and_a_wrong_token_are_told_apart(call: Caller) -> None:
    unknown = await call("sendTelepathy")
    stranger = await call("getMe", token="1:wrong")

    assert (unknown["error_code"], unknown["description"]) == (404, "Not Found: method not found")
    assert (stranger["error_code"], stranger["description"]) == (401, "Unauthorized")


async def test_method_names_may_be_written_in_any_case(call: Caller) -> None:
    assert (await call("GETME"))["ok"]


async def test_somebody_who_never_wrote_cannot_be_written_to(call: Caller, client: Any) -> None:
    shy = await client.user("Shy")

    answer = await call("sendMessage", chat_id=shy.id, text="Hello")
    assert answer["description"] == "Bad Request: chat not found"


async def test_a_blocked_bot_gets_403(call: Caller, anna: SandboxUser) -> None:
    await anna.block()

    answer = await call("sendMessage", chat_id=anna.id, text="Hello")
    assert answer["error_code"] == 403
    assert answer["description"] == "Forbidden: bot was blocked by the user"


async def test_an_edit_that_changes_nothing_is_refused(call: Caller, anna: SandboxUser) -> None:
    sent = await call("sendMessage", chat_id=anna.id, text="Same", reply_markup=keyboard())
    where = {"chat_id": anna.id, "message_id": sent["result"]["message_id"]}

    same = await call("editMessageText", **where, text="Same", reply_markup=keyboard())
    assert "message is not modified: specified new message content" in same["description"]
    assert (await call("editMessageText", **where, text="Same"))["ok"]  # the keyboard goes


async def test_the_same_photo_again_is_no_change(call: Caller, anna: SandboxUser) -> None:
    data = GARMENT.read_bytes()
    sent = await call("sendPhoto", chat_id=anna.id, photo=data)
    media = {"type": "photo", "media": "attach://file"}

    edited = await call(
        "editMessageMedia",
        chat_id=anna.id,
        message_id=sent["result"]["message_id"],
        media=media,
        file=data,
    )
    assert "message is not modified" in edited["description"]


async def test_only_what_a_message_has_can_be_edited(call: Caller, anna: SandboxUser) -> None:
    text = await call("sendMessage", chat_id=anna.id, text="Text")
    hers = (await anna.messages())[0]["message_id"]
    where = {"chat_id": anna.id, "message_id": text["result"]["message_id"]}

    caption = await call("editMessageCaption", **where, caption="x")
    foreign = await call("editMessageText", chat_id=anna.id, message_id=hers, text="x")
    assert "there is no caption in the message to edit" in caption["description"]
    assert "message can't be edited" in foreign["description"]


async def test_an_old_message_cannot_be_deleted(
    call: Caller, anna: SandboxUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = await call("sendMessage", chat_id=anna.id, text="Old")
    now = time.time()
    monkeypatch.setattr("modera_bot.sandbox.methods.edits.time.time", lambda: now + 49 * 3600)

    answer = await call("deleteMessage", chat_id=anna.id, message_id=sent["result"]["message_id"])
    assert "message can't be deleted for everyone" in answer["description"]


async def test_a_button_pressed_long_ago_cannot_be_answered(
    call: Caller, anna: SandboxUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await call("sendMessage", chat_id=anna.id, text="Go?", reply_markup=keyboard())
    query_id = await anna.press("Go")
    now = time.time()
    monkeypatch.setattr("modera_bot.sandbox.methods.queries.time.time", lambda: now + 3600)

    answer = await call("answerCallbackQuery", callback_query_id=query_id)
    assert answer["description"] == (
        "Bad Request: query is too old and response timeout expired or query ID is invalid"
    )


async def test_a_photo_of_more_than_ten_megabytes_is_refused(
    call: Caller, anna: SandboxUser
) -> None:
    data = GARMENT.read_bytes()
    big = data + bytes(10 * 1024 * 1024 + 1 - len(data))

    photo = await call("sendPhoto", chat_id=anna.id, photo=big)
    document = await call("sendDocument", chat_id=anna.id, document=big)
    assert f"file of size {len(big)} bytes is too big for a photo" in photo["description"]
    assert document["ok"]


@pytest.mark.parametrize("size", [(2100, 100), (6000, 4001)])
async def test_photos_of_odd_dimensions_are_refused(
    call: Caller, anna: SandboxUser, size: tuple[int, int]
) -> None:
    out = io.BytesIO()
    Image.new("1", size).save(out, "PNG")

    answer = await call("sendPhoto", chat_id=anna.id, photo=out.getvalue())
    assert answer["description"] == "Bad Request: PHOTO_INVALID_DIMENSIONS"


async def test_a_file_of_more_than_twenty_megabytes_cannot_be_fetched(
    call: Caller, anna: SandboxUser
) -> None:
    message = await anna.document(bytes(20 * 1024 * 1024 + 1), "big.bin")

    answer = await call("getFile", file_id=message["document"]["file_id"])
    assert answer["description"] == "Bad Request: file is too big"


async def test_the_flood_limits_of_telegram_are_kept_where_asked_for(
    call: Caller, anna: SandboxUser, sandbox: Sandbox
) -> None:
    sandbox.faults.limits = True
    answers = [await call("sendMessage", chat_id=anna.id, text=str(n)) for n in range(6)]

    assert [answer["ok"] for answer in answers] == [True] * 5 + [False]
    assert answers[-1]["error_code"] == 429
    wait = answers[-1]["parameters"]["retry_after"]
    assert wait in range(1, 6)
    assert answers[-1]["description"] == f"Too Many Requests: retry after {wait}"
