"""One journey with one kill: the bot as a process, Telegram as a sandbox in this one."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, func, select

from modera_bot.db import Database, schema
from modera_bot.sandbox.client import SandboxClient, SandboxError, SandboxUser
from modera_bot.sandbox.server import Sandbox

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "samples"
GARMENT = SAMPLES / "garments" / "tee_stripe.jpg"
PERSON = SAMPLES / "people" / "ana_tee_logo.jpg"

Where = Literal["commit", "before", "after", "never"]
#: Seconds within which the bot must answer, restarts included.
PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Kill:
    """After the n-th commit, or when the n-th outgoing call has begun or has been done."""

    where: Where
    n: int


@dataclass(slots=True)
class Outcome:
    """What was seen. `faults` is what must not be; `repeated` are messages sent twice."""

    kill: Kill
    killed: bool = False
    method: str = ""
    commits: int = 0
    calls: int = 0
    repeated: int = 0
    faults: list[str] = field(default_factory=list)


class Bot:
    """The bot's process, started again whenever it dies."""

    def __init__(self, sandbox: Sandbox, folder: Path, models: Path, kill: Kill) -> None:
        self._folder = folder
        self._environment = os.environ | {
            "MODERA_DATA": str(folder),
            "MODERA_MODELS": str(models),
            "MODERA_DATABASE__URL": f"sqlite:///{folder}/modera.db",
            "MODERA_STORAGE__FOLDER": str(folder / "pictures"),
            "MODERA_JOBS__QUEUE": f"sqlite:///{folder}/queue.db",
            "MODERA_INFERENCE__TRYON": '["paint"]',
            "MODERA_TELEGRAM__TOKEN": sandbox.token,
            "MODERA_TELEGRAM__BASE_URL": sandbox.base_url,
            "MODERA_TELEGRAM__BASE_FILE_URL": sandbox.base_file_url,
            "COMMIT_TALLY": str(folder / "commits"),
        }
        self._die_after = kill.n if kill.where == "commit" else 0
        self._process: asyncio.subprocess.Process | None = None
        self.starts = 0

    async def keep_alive(self) -> None:
        """Run the process; when it dies, run it again, this time for good."""
        while True:
            with (self._folder / "log").open("ab") as log:
                die_after = self._die_after if self.starts == 0 else 0
                self._process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "tests.crash.doomed", "run"),
                    env=self._environment | {"DIE_AFTER_COMMIT": str(die_after)},
                    cwd=ROOT,
                    stdout=log,
                    stderr=log,
                )
            self.starts += 1
            try:
                code = await self._process.wait()
            except asyncio.CancelledError:
                self._process.terminate()
                await self._process.wait()
                raise
            if code != -signal.SIGKILL:
                raise RuntimeError(f"the bot ended with {code}; see {self._folder / 'log'}")

    def kill(self) -> None:
        """Pull the plug."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()


@asynccontextmanager
async def alive(bot: Bot) -> AsyncIterator[None]:
    """The bot runs, and is started again when it dies, until the end of the block."""
    task = asyncio.create_task(bot.keep_alive())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    if not task.cancelled() and (error := task.exception()):
        raise error


async def journey(kill: Kill, folder: Path, models: Path) -> Outcome:
    """Play a newcomer's try-on, kill the bot once on the way, and look at what is left."""
    outcome = Outcome(kill)
    async with Sandbox() as sandbox, SandboxClient(sandbox.page_url) as client:
        bot = Bot(sandbox, folder, models, kill)

        def on_call(method: str, n: int, when: Literal["before", "after"]) -> None:
            if (when, n) == (kill.where, kill.n) and not outcome.killed:
                outcome.killed, outcome.method = True, method
                bot.kill()

        sandbox.faults.on_call = on_call
        anna = await client.user("Anna")
        async with alive(bot):
            try:
                await _play(anna)
                await _settled(folder)
            except (TimeoutError, SandboxError) as error:
                outcome.faults.append(str(error))
        outcome.killed |= bot.starts > 1
        outcome.calls = sandbox.faults.calls
        outcome.repeated = _repeated(await anna.messages())
    outcome.commits = int((folder / "commits").read_text())
    outcome.faults += _examine(folder)
    return outcome


async def _play(anna: SandboxUser) -> None:
    """What a newcomer does; nothing is ever done twice because of a crash."""
    await anna.text("/start")
    await anna.press("start:language:en", timeout=PATIENCE_S)
    await anna.press("tryon:start", timeout=PATIENCE_S)
    await anna.wait_for("photo", PATIENCE_S)
    await anna.photo(GARMENT)
    await anna.press("consent:agree", timeout=PATIENCE_S)
    await anna.wait_for("photo of the person", PATIENCE_S)
    await anna.photo(PERSON)
    await anna.wait_for(lambda message: "photo" in message, PATIENCE_S)


async def _settled(folder: Path) -> None:
    """Wait until nothing is in the air any more."""
    database = Database(f"sqlite:///{folder}/modera.db")
    try:
        async with asyncio.timeout(PATIENCE_S):
            while any((await database.run(left_open)).values()):
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise TimeoutError(f"left open: {await database.run(left_open)}") from None
    finally:
        database.close()


def left_open(connection: Connection) -> dict[str, int]:
    """Rows that stand for something unfinished."""
    unfinished = {
        "updates": schema.inbox.c.handled_at.is_(None),
        "jobs": schema.jobs.c.state.in_(["queued", "running"]),
        "events": schema.events.c.delivered_at.is_(None),
        "holds": schema.credit_holds.c.state == "held",
        "sessions": schema.fashion_sessions.c.state == "tryon_processing",
    }
    return {
        name: connection.execute(select(func.count()).where(condition)).scalar_one()
        for name, condition in unfinished.items()
    }


def _examine(folder: Path) -> list[str]:
    """What is wrong with the records after the journey."""
    database = Database(f"sqlite:///{folder}/modera.db")
    try:
        with database.begin() as connection:
            jobs = connection.execute(schema.jobs.select()).all()
            holds = connection.execute(schema.credit_holds.select()).all()
            results = connection.execute(schema.virtual_tryons.select()).all()
            people = connection.execute(schema.users.select()).all()
    finally:
        database.close()
    faults = []
    if [job.state for job in jobs] != ["done"]:
        faults.append(f"jobs: {[job.state for job in jobs]}")
    if [hold.state for hold in holds] != ["captured"] or holds[0].settled_at is None:
        faults.append(f"holds: {[hold.state for hold in holds]}")
    if len(results) != 1:
        faults.append(f"{len(results)} results")
    elif not (folder / "pictures" / results[0].result_image_url).is_file():
        faults.append("the result's picture is missing")
    if len(people) != 1:
        faults.append(f"{len(people)} people")
    return faults


def _repeated(messages: list[dict]) -> int:
    """How many messages of the bot say what another one says already."""
    said = Counter(
        message.get("text") or message.get("caption") or ""
        for message in messages
        if not message["sandbox"]["outgoing"]
    )
    return sum(count - 1 for count in said.values())
