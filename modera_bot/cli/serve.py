"""`modera-bot run`."""

import asyncio
import gc
import logging
import signal
import time

import click

from modera_bot.cli.options import with_settings
from modera_bot.config import DEFAULT_ROLES, ROLES, Settings


def _roles(context: click.Context, parameter: click.Parameter, text: str) -> tuple[str, ...]:
    roles = tuple(role.strip() for role in text.split(","))
    if unknown := [role for role in roles if role not in ROLES]:
        raise click.BadParameter(f"no role {unknown[0]!r}; write some of {', '.join(ROLES)}")
    return roles


@click.command()
@click.option(
    "--roles",
    default=",".join(DEFAULT_ROLES),
    show_default=True,
    metavar="ROLE,…",
    callback=_roles,
    help="What this process does: bot talks, ml makes pictures, web serves HTTP.",
)
@with_settings
def run(settings: Settings, roles: tuple[str, ...]) -> None:
    """Serve Telegram, or open the sandbox chat when there is no token."""
    _log(settings)
    asyncio.run(_run(settings, roles))


async def _run(settings: Settings, roles: tuple[str, ...]) -> None:
    begun = time.monotonic()
    from modera_bot.app import serving  # a second of imports

    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        # the first asks to finish in order, a second cuts that short
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        async with serving(settings, roles) as app:
            ready = f"Ready in {time.monotonic() - begun:.1f} s."
            if app.sandbox:
                ready += f" Open the chat: {app.sandbox.page_url}"
            elif "bot" in roles:
                ready += " Serving Telegram."
            click.echo(ready + (f" Web on {app.web}" if app.web else ""))
            gc.freeze()  # what is loaded stays: looking through it again would hold up the loop
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
