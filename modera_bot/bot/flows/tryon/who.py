"""Several people in one photo: the person says who of them is meant."""

import asyncio

from modera_bot import images
from modera_bot.bot import keyboards
from modera_bot.bot.chat import Chat
from modera_bot.bot.turn import Turn
from modera_bot.contracts import PhotoReport
from modera_bot.errors import Code


def is_open(report: PhotoReport) -> bool:
    """Whether a photo lacks nothing but to know who of several people is meant."""
    several = report.person_fault is Code.SEVERAL_PEOPLE and len(report.people_at) > 1
    return several and any(person.fault is None for person in report.people_at)


async def ask(turn: Turn, key: str, report: PhotoReport, flow: str = "tryon") -> None:
    """Show a stored photo with a number on everybody, and a button of `flow` for each number."""
    chat, services = Chat.of(turn), turn.services
    picture = await asyncio.to_thread(services.storage.get, key)
    points = [person.point for person in report.people_at]
    shown = await services.draw(services.pool.run, images.numbered, picture, points)
    text = chat.text("tryon-who" if flow == "tryon" else "stylist-who", count=len(points))
    await chat.send_photo(shown, text, keyboards.people(chat, key, len(points), flow))
