"""How many people a bot serves at once: ours, and the same small one on other libraries.

The emulator with the crowd is a process of its own, each bot another. All bots play the same
minimal flow in turn, several rounds of it, because what else the machine does comes and goes:
what counts are the ratios within a round.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp

from modera_bot.config import Settings

Figures = dict[str, Any]
Tell = Callable[[str], None]

#: Seconds that the emulator's own speed is measured, with so many callers.
CEILING_S, CALLERS = 3.0, 100
#: Seconds that somebody waits in the minimal flow, and in the whole one with its drafts.
PATIENCE_S, LONG_PATIENCE_S = 150, 1200
#: Seconds that somebody reads before they act, on average, where they take their time.
PAUSE_S = 2.0
MINIMAL = "modera_bot.bench.minimal"
STOCK, CONCURRENT, AIOGRAM, OURS = (
    "python-telegram-bot",
    "the same, concurrent_updates",
    "aiogram",
    "ours",
)


def contestants(aiogram: Path | None) -> dict[str, Callable[[str, str], list[str]]]:
    """Name → how to start it, given the emulator's addresses and an empty folder."""
    run = [sys.executable, "-m"]
    found: dict[str, Callable[[str, str], list[str]]] = {
        STOCK: lambda addresses, _: [*run, f"{MINIMAL}.ptb", addresses],
        CONCURRENT: lambda addresses, _: [*run, f"{MINIMAL}.ptb", addresses, "concurrent"],
    }
    if aiogram is not None:
        script = str(Path(__file__).parent / "minimal" / "aiogram_bot.py")
        found[AIOGRAM] = lambda addresses, _: [str(aiogram), script, addresses]
    found[OURS] = lambda addresses, folder: [*run, f"{MINIMAL}.ours", addresses, folder]
    return found


def compare(users: int, rounds: int, aiogram: Path | None, tell: Tell) -> dict[str, list[Figures]]:
    """The minimal flow, played by `users` at once against each; figures of each round."""
    figures: dict[str, list[Figures]] = {name: [] for name in contestants(aiogram)}
    for number in range(rounds):
        for name, command in contestants(aiogram).items():
            if name == STOCK and number > 0:
                continue  # minutes, for a figure that is far off anyway
            played = _play(command, users=users, patience_s=PATIENCE_S)
            figures[name].append(played)
            tell(f"{name:30} {_line(played)}")
    return figures


def whole(settings: Settings, users: int, tell: Tell) -> dict[str, Figures]:
    """Our real flow with real drafts, played by `users`, while some press buttons.

    Once they read before they act, once all do everything at the same moment.
    """

    def command(addresses: str, folder: str) -> list[str]:
        program = [sys.executable, "-m", "modera_bot.bench.whole", addresses, folder]
        return [*program, str(settings.models.resolve())]

    figures = {}
    for pace, pause_s in {"at their own pace": PAUSE_S, "all at the same moment": 0.0}.items():
        played = _play(
            command,
            users=users,
            patience_s=LONG_PATIENCE_S,
            flow="whole",
            tappers=10,
            pause_s=pause_s,
        )
        tell(f"our whole flow, {pace:22} {_line(played)}")
        tell(
            f"{'':10} first answer {played['reaction_p95'] * 1000:.0f} ms (p95), "
            f"buttons {played['answer_p99'] * 1000:.0f} ms (p99 of {played['answers']}), "
            f"loop late by {played['lag_p99'] * 1000:.0f} ms (p99)"
        )
        figures[pace] = played
    return figures


def summary(figures: dict[str, list[Figures]]) -> list[str]:
    """How ours compares, by the medians of the rounds."""
    speed = {
        name: statistics.median(played["flows_per_s"] for played in rounds)
        for name, rounds in figures.items()
    }
    others = [name for name in speed if name != OURS]
    return [f"ours is {speed[OURS] / speed[name]:.2f} × {name}" for name in others]


def ceiling() -> float:
    """Calls a second that the emulator answers, asked by this process on the same machine."""
    program = [sys.executable, "-m", "modera_bot.sandbox"]
    with subprocess.Popen(program, stdout=subprocess.PIPE) as emulator:
        try:
            assert emulator.stdout is not None
            addresses = json.loads(emulator.stdout.readline())
            url = f"{addresses['base_url']}{addresses['token']}/getMe"
            return asyncio.run(_calls_per_s(url))
        finally:
            emulator.terminate()


async def _calls_per_s(url: str) -> float:
    calls, end = 0, time.perf_counter() + CEILING_S

    async def ask(session: aiohttp.ClientSession) -> None:
        nonlocal calls
        while time.perf_counter() < end:
            async with session.get(url) as answer:
                await answer.read()
            calls += 1

    connector = aiohttp.TCPConnector(limit=CALLERS)
    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(*(ask(session) for _ in range(CALLERS)))
    return calls / CEILING_S


def _play(
    command: Callable[[str, str], Sequence[str]],
    *,
    users: int,
    patience_s: float,
    flow: str = "minimal",
    tappers: int = 0,
    pause_s: float = 0.0,
) -> Figures:
    """One flow against one bot, each in a process of its own."""
    crowd_program = [
        *(sys.executable, "-m", "modera_bot.bench.crowd", "--flow", flow),
        *("--users", str(users), "--tappers", str(tappers)),
        *("--patience", str(patience_s), "--pause", str(pause_s)),
    ]
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        subprocess.Popen(crowd_program, stdout=subprocess.PIPE, text=True) as crowd,
    ):
        assert crowd.stdout is not None
        program = command(crowd.stdout.readline(), folder)
        log = Path(folder) / "log"
        with (
            log.open("w") as errors,
            subprocess.Popen(program, stdout=subprocess.PIPE, stderr=errors) as bot,
        ):
            try:
                said = json.loads(crowd.stdout.readline())
                if "begun" not in said:
                    raise RuntimeError(f"{program}: {said['error']}: {log.read_text()[-2000:]}")
                if flow == "whole":
                    bot.send_signal(signal.SIGUSR1)  # what happened before does not count
                cpu = _cpu_s(bot.pid)
                played: Figures = json.loads(crowd.stdout.readline())
                played["bot_cpu_s"] = _cpu_s(bot.pid) - cpu
                bot.terminate() if flow == "whole" else bot.kill()
                output, _ = bot.communicate(timeout=60)
                return played | (json.loads(output) if flow == "whole" else {})
            finally:
                bot.kill()
                crowd.kill()


def _cpu_s(pid: int) -> float:
    """Seconds of CPU that a process has used; 0 where the system does not tell."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _line(played: Figures) -> str:
    return (
        f"{played['flows_per_s']:6.1f} flows/s, {played['served']} of {played['users']} served, "
        f"{played['bot_cpu_s']:.1f} s of CPU; emulator {played['calls_per_s']:.0f} calls/s, "
        f"{played['emulator_cpu']:.0%} of a core"
    )
