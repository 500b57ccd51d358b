"""`python -m modera_bot.bench.crowd`: the sandbox with a crowd in it, as a process of its own.

It prints one line of JSON with its addresses; once a bot listens, everybody goes through the
flow at the same moment; then it prints what they went through, as JSON, and ends.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from functools import partial
from importlib.resources import files
from typing import Any

from PIL import Image

from modera_bot.sandbox.calls import CallRecord
from modera_bot.sandbox.files import Upload
from modera_bot.sandbox.methods.media import store_photo
from modera_bot.sandbox.people import People
from modera_bot.sandbox.server import Sandbox
from modera_bot.sandbox.world import Json, Person

#: Seconds that a pressed button may wait for its answer: about what Telegram allows.
QUERY_S = 15.0
#: Seconds between two taps of somebody who only presses a button.
TAP_S = 0.5
EDGE = 1280


class Crowd:
    """People in a sandbox of this process, and how long the bot kept each of them waiting.

    Before they do anything they read for up to twice `pause_s`.
    """

    def __init__(self, sandbox: Sandbox, pause_s: float) -> None:
        self.world = sandbox.world
        self._pause_s, self._random = pause_s, random.Random(1)  # noqa: S311
        self.people = People(self.world, photo_edge=EDGE)
        self.reactions: list[float] = []
        self.answers: list[float] = []
        self.calls = 0
        self._acted: dict[int, float] = {}
        self._asked: dict[str, float] = {}
        self._heard: dict[int, asyncio.Queue[Json]] = defaultdict(asyncio.Queue)
        self.world.publish = self._published
        sandbox.calls.on_open = self._called

    async def reads(self) -> None:
        """Wait like somebody who reads before they act."""
        await asyncio.sleep(self._random.uniform(0, 2 * self._pause_s))

    def acts(self, person: Person) -> None:
        """Start the clock for the first call that answers somebody."""
        self._acted[person.id] = time.perf_counter()

    def press(self, person: Person, message: Json, data: str) -> None:
        self.acts(person)
        query = self.people.press(person, message["message_id"], data, force=False)
        self._asked[query.id] = time.perf_counter()

    async def hears(self, person: Person, wanted: Callable[[Json], bool]) -> Json:
        """The next message of the bot that is as wanted."""
        while not wanted(message := await self._heard[person.id].get()):
            pass
        return message

    def _published(self, event: Json) -> None:
        if event["type"] in ("message", "edit") and event["message"]["from"]["is_bot"]:
            self._heard[event["chat_id"]].put_nowait(event["message"])

    def _called(self, record: CallRecord) -> None:
        self.calls += 1
        if record.chat_id is not None and record.chat_id in self._acted:
            self.reactions.append(time.perf_counter() - self._acted.pop(record.chat_id))
        if record.method == "answerCallbackQuery":
            asked = self._asked.pop(str(record.fields.get("callback_query_id")), None)
            if asked is not None:
                self.answers.append(time.perf_counter() - asked)


def _button(message: Json, prefix: str = "") -> str | None:
    """Data of the first button that begins so."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    found = (button.get("callback_data", "") for row in rows for button in row)
    return next((data for data in found if data.startswith(prefix)), None)


def _has_button(message: Json, prefix: str) -> bool:
    return _button(message, prefix) is not None


# --- flows ------------------------------------------------------------------------------


async def minimal(crowd: Crowd, person: Person, photos: list[Json]) -> None:
    """start → button → two photos → reply."""
    crowd.acts(person)
    crowd.people.text(person, "/start")
    menu = await crowd.hears(person, lambda message: _button(message) is not None)
    crowd.press(person, menu, _button(menu) or "")
    await crowd.hears(person, lambda message: _button(message) is None)
    for photo in photos:
        crowd.people.resend(person, [photo])
    await crowd.hears(person, lambda message: message.get("text") == "done")


async def whole(crowd: Crowd, person: Person, photos: list[Json]) -> None:
    """Our bot as a newcomer meets it: language, menu, garment, consent, person, result."""
    garment, model = photos
    await crowd.reads()
    crowd.acts(person)
    crowd.people.text(person, "/start")
    for prefix in ("start:language:en", "tryon:start"):
        message = await crowd.hears(person, partial(_has_button, prefix=prefix))
        await crowd.reads()
        crowd.press(person, message, _button(message, prefix) or "")
    await crowd.hears(person, lambda m: _button(m) is None)
    await crowd.reads()
    crowd.acts(person)
    crowd.people.resend(person, [garment])
    question = await crowd.hears(person, lambda m: _button(m, "consent:agree") is not None)
    await crowd.reads()
    crowd.press(person, question, "consent:agree")
    await crowd.hears(person, lambda m: _button(m, "tryon:kind:") is not None)
    await crowd.reads()
    crowd.acts(person)
    crowd.people.resend(person, [model])
    await crowd.hears(person, lambda m: "photo" in m and _button(m, "tryon:rate:") is not None)


FLOWS: dict[str, Callable[[Crowd, Person, list[Json]], Awaitable[None]]] = {
    "minimal": minimal,
    "whole": whole,
}


async def _tap(crowd: Crowd, person: Person) -> None:
    """Somebody who presses one button again and again, while others upload."""
    crowd.people.text(person, "/start")
    message = await crowd.hears(person, lambda m: _button(m, "start:language:en") is not None)
    crowd.press(person, message, "start:language:en")
    message = await crowd.hears(person, lambda m: _button(m, "help:open") is not None)
    crowd.people.text(person, "/help")
    message = await crowd.hears(person, lambda m: _button(m, "menu:open") is not None)
    crowd.answers.clear()
    while True:
        query = crowd.people.press(person, message["message_id"], "menu:open", force=True)
        crowd._asked[query.id] = time.perf_counter()
        await asyncio.sleep(TAP_S)


# --- the run ----------------------------------------------------------------------------


async def _photo(crowd: Crowd, flow: str, name: str) -> Json:
    """A photo that everybody sends: of a few bytes in the minimal flow."""
    if flow == "minimal":
        stream = io.BytesIO()
        Image.new("RGB", (64, 64), "red").save(stream, "JPEG")
        data = stream.getvalue()
    else:
        data = files("modera_bot.sandbox").joinpath("samples", name).read_bytes()
    upload = Upload(data, "photo.jpg", "image/jpeg")
    return {"photo": await store_photo(crowd.world, upload, edge=EDGE, by_app=True)}


async def _one(
    crowd: Crowd, flow: str, photos: list[Json], number: int, patience_s: float
) -> float | None:
    """Seconds until somebody was served, None if they never were."""
    person = crowd.world.add_person(f"Person {number}", "en")
    begun = time.perf_counter()
    try:
        async with asyncio.timeout(patience_s):
            await FLOWS[flow](crowd, person, photos)
    except TimeoutError:
        return None
    return time.perf_counter() - begun


async def _run(arguments: argparse.Namespace) -> dict[str, Any]:
    async with Sandbox(query_lifetime=QUERY_S, photo_edge=EDGE) as sandbox:
        names = ("base_url", "base_file_url", "token")
        print(json.dumps({name: getattr(sandbox, name) for name in names}), flush=True)
        crowd, flow = Crowd(sandbox, arguments.pause), arguments.flow
        patience_s = arguments.patience
        garment = await _photo(crowd, flow, "garments/tee_stripe.jpg")
        photos = [garment, await _photo(crowd, flow, "people/ana_tee_logo.jpg")]
        # somebody first, so that nothing is measured that happens once
        if await _one(crowd, flow, photos, 0, patience_s) is None:
            return {"error": "the bot served nobody"}
        sandbox.faults.add("download", "slow", times=None, seconds=arguments.download)
        crowd.reactions.clear()
        crowd.answers.clear()
        crowd.calls = 0
        tappers = [
            asyncio.create_task(_tap(crowd, crowd.world.add_person("Tapper", "en")))
            for _ in range(arguments.tappers)
        ]
        print(json.dumps({"begun": True}), flush=True)  # whoever watches the bot looks at it now
        begun, cpu = time.perf_counter(), time.process_time()
        served = await asyncio.gather(
            *(_one(crowd, flow, photos, n, patience_s) for n in range(1, arguments.users + 1))
        )
        seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
        cpu_share = cpu / seconds
        for tapper in tappers:
            tapper.cancel()
        await asyncio.gather(*tappers, return_exceptions=True)
    happy = [each for each in served if each is not None]
    seconds = max(happy, default=seconds)  # all began at once; who gave up does not count
    return {
        "users": arguments.users,
        "served": len(happy),
        "seconds": seconds,
        "flows_per_s": len(happy) / seconds,
        "calls_per_s": crowd.calls / seconds,
        "emulator_cpu": cpu_share,
        "reaction_p95": _share(crowd.reactions, 0.95),
        "answer_p99": _share(crowd.answers, 0.99),
        "answers": len(crowd.answers),
    }


def _share(values: list[float], share: float) -> float | None:
    """The value that `share` of all stay below."""
    if len(values) < 2:
        return None
    return statistics.quantiles(values, n=1000, method="inclusive")[round(share * 1000) - 1]


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m modera_bot.bench.crowd", description=__doc__)
    parser.add_argument("--flow", choices=FLOWS, default="minimal")
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--tappers", type=int, default=0)
    parser.add_argument("--download", type=float, default=0.2, help="seconds a download takes")
    parser.add_argument("--pause", type=float, default=0, help="seconds people read, on average")
    parser.add_argument("--patience", type=float, default=120, help="seconds people wait")
    print(json.dumps(asyncio.run(_run(parser.parse_args()))), flush=True)


if __name__ == "__main__":
    main()
