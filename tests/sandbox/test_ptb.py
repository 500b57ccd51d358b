"""python-telegram-bot, unmodified, takes the sandbox for Telegram."""

from __future__ import annotations

from datetime import timedelta

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    Message,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest, Forbidden, RetryAfter

from modera_bot.sandbox.client import SandboxClient, SandboxUser
from tests.sandbox.conftest import GARMENT, PERSON

KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Try it on", callback_data="tryon:go:1")]])


async def updates_of(bot: Bot, offset: int = 0) -> list[Update]:
    return list(await bot.get_updates(offset=offset, timeout=5, allowed_updates=Update.ALL_TYPES))


async def test_the_bot_learns_who_it_is(bot: Bot) -> None:
    assert bot.username == "modera_sandbox_bot"
    assert (await bot.get_me()).is_bot


async def test_a_text_reaches_the_bot_with_its_command_marked(bot: Bot, anna: SandboxUser) -> None:
    (update,) = await updates_of(bot)

    assert update.message is not None
    assert update.message.text == "/start"
    assert [e.type for e in update.message.entities] == ["bot_command"]
    assert update.message.chat.id == update.message.from_user.id == anna.id
    assert update.message.from_user.language_code == "en"
    assert update.message.date.year >= 2025


async def test_a_photo_of_a_person_can_be_downloaded_in_every_size(
    bot: Bot, anna: SandboxUser
) -> None:
    await anna.photo(PERSON, caption="me")
    message = (await updates_of(bot))[-1].message

    assert message.caption == "me"
    widths = [size.width for size in message.photo]
    assert widths == sorted(widths)
    for size in message.photo:
        data = await (await size.get_file()).download_as_bytearray()
        assert len(data) == size.file_size
        assert data[:2] == b"\xff\xd8"


async def test_a_document_arrives_byte_for_byte(bot: Bot, anna: SandboxUser) -> None:
    await anna.document(b"\x89PNG made up", name="skirt.png", mime="image/png")
    document = (await updates_of(bot))[-1].message.document

    assert (document.file_name, document.mime_type) == ("skirt.png", "image/png")
    assert bytes(await (await document.get_file()).download_as_bytearray()) == b"\x89PNG made up"


async def test_an_album_is_separate_updates_with_one_group(bot: Bot, anna: SandboxUser) -> None:
    await anna.album([PERSON, GARMENT], caption="both")
    messages = [update.message for update in (await updates_of(bot))[1:]]

    assert len({message.media_group_id for message in messages}) == 1
    assert [message.caption for message in messages] == ["both", None]


async def test_a_sent_photo_is_seen_with_its_buttons(bot: Bot, anna: SandboxUser) -> None:
    sent = await bot.send_photo(
        anna.id, GARMENT.read_bytes(), caption="<b>Nice</b>", parse_mode="HTML",
        reply_markup=KEYBOARD, has_spoiler=True,
    )  # fmt: skip
    seen = await anna.wait_for("Nice")

    assert seen["message_id"] == sent.message_id
    assert seen["caption_entities"] == [{"type": "bold", "offset": 0, "length": 4}]
    assert seen["reply_markup"]["inline_keyboard"][0][0]["text"] == "Try it on"
    assert sent.has_media_spoiler


async def test_a_status_message_becomes_the_result(bot: Bot, anna: SandboxUser) -> None:
    status = await bot.send_message(anna.id, "Working")
    await bot.edit_message_media(
        InputMediaPhoto(GARMENT.read_bytes(), caption="Done"), anna.id, status.message_id
    )
    seen = await anna.wait_for("Done")

    assert seen["message_id"] == status.message_id
    assert "photo" in seen
    assert "text" not in seen
    assert "edit_date" in seen


async def test_a_known_file_id_is_sent_again_without_uploading(bot: Bot, anna: SandboxUser) -> None:
    first = await bot.send_photo(anna.id, GARMENT.read_bytes())
    second = await bot.send_photo(anna.id, first.photo[-1].file_id)

    assert second.photo == first.photo


async def test_albums_of_the_bot_share_a_group(bot: Bot, anna: SandboxUser) -> None:
    photos = await bot.send_media_group(
        anna.id, [InputMediaPhoto(GARMENT.read_bytes()), InputMediaPhoto(PERSON.read_bytes())],
        caption="Two",
    )  # fmt: skip
    files = await bot.send_media_group(
        anna.id, [InputMediaDocument(b"one"), InputMediaDocument(b"two")]
    )

    assert len({message.media_group_id for message in (*photos, *files)}) == 2
    assert photos[0].caption == "Two"


async def test_a_pressed_button_is_answered_once_heard(bot: Bot, anna: SandboxUser) -> None:
    await bot.send_message(anna.id, "Ready?", reply_markup=KEYBOARD)
    query_id = await anna.press("Try it on")
    query = (await updates_of(bot))[-1].callback_query

    assert query.data == "tryon:go:1"
    assert query.chat_instance
    assert isinstance(query.message, Message)
    await query.answer("At once", show_alert=True)
    answer = await anna.answer_to(query_id)
    assert (answer["text"], answer["show_alert"]) == ("At once", True)


async def test_the_commands_menu_follows_language_and_scope(bot: Bot, anna: SandboxUser) -> None:
    await bot.set_my_commands([BotCommand("start", "Begin")])
    await bot.set_my_commands(
        [BotCommand("start", "Начать")],
        scope=BotCommandScopeAllPrivateChats(),
        language_code="ru",
    )
    await bot.set_my_short_description("Fashion")

    chat = await anna.chat()
    assert [command["description"] for command in chat["commands"]] == ["Begin"]
    assert chat["short_description"] == "Fashion"
    (russian,) = await bot.get_my_commands(BotCommandScopeAllPrivateChats(), language_code="ru")
    assert russian.description == "Начать"


async def test_a_reply_shows_what_it_answers(bot: Bot, anna: SandboxUser) -> None:
    first = await bot.send_message(anna.id, "One")
    reply = await bot.send_message(
        anna.id, "Two", reply_parameters=ReplyParameters(first.message_id)
    )
    assert reply.reply_to_message.text == "One"


async def test_messages_are_deleted_and_copied(bot: Bot, anna: SandboxUser) -> None:
    first = await bot.send_photo(anna.id, GARMENT.read_bytes(), caption="Look")
    copy = await bot.copy_message(anna.id, anna.id, first.message_id)
    await bot.delete_message(anna.id, first.message_id)

    messages = await anna.messages()
    assert [m["message_id"] for m in messages if "photo" in m] == [copy.message_id]


async def test_a_blocked_bot_is_told_so_and_hears_of_it(bot: Bot, anna: SandboxUser) -> None:
    await anna.block()

    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(anna.id, "Hello?")
    change = (await updates_of(bot))[-1].my_chat_member
    assert change.new_chat_member.status == "kicked"
    await anna.unblock()
    await bot.send_message(anna.id, "Hello again")


async def test_too_many_requests_say_how_long_to_wait(
    bot: Bot, anna: SandboxUser, client: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    await client.fault("sendMessage", "429", seconds=3)

    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(anna.id, "Hello")
    assert caught.value.retry_after == timedelta(seconds=3)
    await bot.send_message(anna.id, "Hello")


async def test_an_unmodified_message_is_refused(bot: Bot, anna: SandboxUser) -> None:
    sent = await bot.send_message(anna.id, "Same")
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_text("Same", anna.id, sent.message_id)


async def test_a_draft_and_a_chat_action_leave_no_message(bot: Bot, anna: SandboxUser) -> None:
    await bot.send_chat_action(anna.id, "upload_photo")
    await bot.send_message_draft(anna.id, 1, "Thinking")
    assert len(await anna.messages()) == 1
    assert [call["method"] for call in await anna.calls()] == ["sendChatAction", "sendMessageDraft"]
