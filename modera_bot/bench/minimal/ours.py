"""The minimal bot on what our own bot runs on: `ours.py ADDRESSES FOLDER`.

Transport, inbox, turns and commits are the real ones, on a SQLite database: what it does more
than the others is that no update is ever lost.
"""

import asyncio
import gc
import json
import sys
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from telegram.ext import ApplicationBuilder, ExtBot

from modera_bot.app import serving
from modera_bot.bench.minimal.ptb import add_handlers
from modera_bot.bot import application
from modera_bot.bot.processor import ChatProcessor
from modera_bot.bot.turn import Services
from modera_bot.config import (
    DatabaseSettings,
    JobsSettings,
    Settings,
    StorageSettings,
    TelegramSettings,
)


def build(services: Services, bot: ExtBot[Any], processor: ChatProcessor) -> Any:
    """Our application with the minimal handlers in place of our flows."""
    builder = ApplicationBuilder().bot(bot).updater(None).job_queue(None)
    application = builder.concurrent_updates(processor).build()
    add_handlers(application)
    return application


def settings_for(addresses: dict[str, str], folder: Path) -> Settings:
    """A bot in an empty folder, at these addresses."""
    return Settings(
        data=folder,
        telegram=TelegramSettings(
            messages_per_second=0,
            token=SecretStr(addresses["token"]),
            base_url=addresses["base_url"],
            base_file_url=addresses["base_file_url"],
        ),
        database=DatabaseSettings(url=f"sqlite:///{folder}/modera.db"),
        storage=StorageSettings(folder=folder / "pictures"),
        jobs=JobsSettings(queue=f"sqlite:///{folder}/queue.db"),
    )


async def main() -> None:
    """Serve until killed."""
    application.build = build
    async with serving(settings_for(json.loads(sys.argv[1]), Path(sys.argv[2]))) as app:
        gc.freeze()  # as `modera-bot run` does
        await app.wait()


if __name__ == "__main__":
    asyncio.run(main())
