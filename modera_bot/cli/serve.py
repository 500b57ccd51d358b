"""`modera-bot run`."""

import asyncio
import logging
import signal
import time

import click

from modera_bot.cli.options import with_settings
from modera_bot.config import Settings


@click.command()
@with_settings
def run(settings: Settings) -> None:
    """Serve Telegram, or open the sandbox chat when there is no token."""
    _log(settings)
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    begun = time.monotonic()
    from modera_bot.app import serving  # a second of imports

    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        # the first asks to finish in order, a second cuts that short
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        async with serving(settings) as app:
            seconds = time.monotonic() - begun
            if app.sandbox:
                click.echo(f"Ready in {seconds:.1f} s. Open the chat: {app.sandbox.page_url}")
            else:
                click.echo(f"Ready in {seconds:.1f} s. Serving Telegram.")
            await app.wait()
    except asyncio.CancelledError:
        click.echo("Stopped.")


def _log(settings: Settings) -> None:
    """Log to stderr; a token never gets there, whatever a library puts into a message."""
    token = settings.telegram.token.get_secret_value()

    class Redacting(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            line = super().format(record)
            return line.replace(token, "…") if token else line

    handler = logging.StreamHandler()
    handler.setFormatter(Redacting("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("modera_bot").setLevel(settings.log.level.upper())
