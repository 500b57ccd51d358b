"""The minimal bot on aiogram: `aiogram_bot.py ADDRESSES`.

Run by an interpreter that has aiogram; it imports nothing of ours.
"""

# mypy: ignore-errors
import asyncio
import json
import sys

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

PHOTOS = 2
received: dict[int, int] = {}
dispatcher = Dispatcher()


@dispatcher.message(CommandStart())
async def start(message: Message) -> None:
    button = InlineKeyboardButton(text="Try on", callback_data="go")
    await message.answer("Hello", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]))


@dispatcher.callback_query()
async def go(query: CallbackQuery) -> None:
    await query.answer()
    await query.bot.send_message(query.from_user.id, "Send two photos")


@dispatcher.message(F.photo)
async def photo(message: Message) -> None:
    file = await message.bot.get_file(message.photo[-1].file_id)
    assert (await message.bot.download_file(file.file_path)).read()
    received[message.chat.id] = received.get(message.chat.id, 0) + 1
    if received[message.chat.id] == PHOTOS:
        await message.answer("done")


async def main() -> None:
    """Serve until killed."""
    addresses = json.loads(sys.argv[1])
    server = TelegramAPIServer(
        base=addresses["base_url"] + "{token}/{method}",
        file=addresses["base_file_url"] + "{token}/{path}",
    )
    bot = Bot(addresses["token"], session=AiohttpSession(api=server))
    await dispatcher.start_polling(bot)


asyncio.run(main())
