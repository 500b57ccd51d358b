"""The commands. Each ends with exit code 0, or with one clear line on stderr for each fault."""

import asyncio
import json
import logging
import re
import signal
import sys
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from modera_bot.config import Settings, load
from modera_bot.contracts import Category, Quality, Stage
from modera_bot.errors import Code, ConfigError, ModeraError

if TYPE_CHECKING:
    from modera_bot.ml.base import Picture
    from modera_bot.pool import PicturePool

Command = TypeVar("Command", bound=Callable[..., Any])


def main() -> None:
    """Run the command line; turn our errors into lines that say what to do."""
    try:
        commands(prog_name="modera-bot", standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except ConfigError as error:
        for fault in error.faults:
            click.echo(f"modera-bot: {fault}", err=True)
        sys.exit(2)
    except ModeraError as error:
        click.echo(f"modera-bot: {_told(error)}", err=True)
        sys.exit(1)
    except OSError as error:
        if error.filename is None:  # not about a file that someone named or owns
            raise
        click.echo(
            f"modera-bot: {error.filename}: {error.strerror}; check the path and its owner",
            err=True,
        )
        sys.exit(1)


def _told(error: ModeraError) -> str:
    """What the bot would tell a person, on one line, with the detail."""
    from modera_bot.bot.texts import Texts

    if error.code in (Code.MODELS_MISSING, Code.UNEXPECTED):
        return error.detail  # who reads this is the one to mend it
    told = re.sub(r"<[^>]+>", "", Texts().get("en", error.text_key))
    line = " ".join(told.split())
    return f"{line} ({error.detail})" if error.detail else line


def with_settings(command: Command) -> Command:
    """Give a command the option `--config` and the settings that it names."""
    option = click.option(
        "--config",
        "settings",
        metavar="PATH",
        callback=lambda context, parameter, path: load(Path(path) if path else None),
        help="Configuration file; by default config.toml, if there is one.",
    )
    return option(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="modera-bot")
def commands() -> None:
    """A self-hostable Telegram fashion bot: see yourself wearing a garment."""


def _choice(kind: type[StrEnum]) -> "click.Choice[str]":
    """One of an enum's values; click itself would want the names of its members."""
    return click.Choice([member.value for member in kind])


# --- the bot ----------------------------------------------------------------------------


@commands.command()
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


# --- a try-on without a server ----------------------------------------------------------


@commands.command()
@click.argument("person", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("garment", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="OUT"
)
@click.option("--backend", metavar="NAME", help="By default the first of [inference] tryon.")
@click.option("--category", type=_choice(Category), help="By default it is guessed.")
@click.option("--quality", type=_choice(Quality), default=Quality.STANDARD.value)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@with_settings
def tryon(
    settings: Settings,
    person: Path,
    garment: Path,
    output: Path,
    backend: str | None,
    category: str | None,
    quality: str,
    as_json: bool,
) -> None:
    """Put GARMENT on PERSON and write the picture to OUT (JPEG)."""
    from modera_bot.app import load_backends
    from modera_bot.images import encode, mark_ai_generated
    from modera_bot.ml.backends import BACKENDS
    from modera_bot.ml.base import GarmentPicture, TryOnTask
    from modera_bot.ml.service import try_on
    from modera_bot.pool import PicturePool

    if backend and backend not in BACKENDS:
        raise click.BadParameter(f"{backend!r} is none of {', '.join(BACKENDS)}")
    pool = PicturePool(workers=1, timeout_s=settings.pictures.timeout_s)
    try:
        names = (backend,) if backend else settings.inference.tryon
        backends = load_backends(names, pool, settings)
        kind = Category(category) if category else None
        clothing = GarmentPicture(_read(pool, garment, settings), kind)
        task = TryOnTask(_read(pool, person, settings), (clothing,), Quality(quality))
        begun = time.monotonic()
        with click.progressbar(length=100, file=sys.stderr, hidden=as_json) as bar:
            made = try_on(task, backends, lambda stage, done: _show(bar, stage, done))
        seconds = time.monotonic() - begun
    finally:
        pool.close()
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(mark_ai_generated(encode(made.output.picture)))
    height, width = made.output.picture.shape[:2]
    if as_json:
        outcome = {
            "result": str(output),
            "backend": made.backend,
            "draft": made.draft,
            "categories": [*made.output.categories],
            "notices": [*made.output.notices],
            "width": width,
            "height": height,
            "seconds": round(seconds, 3),
        }
        click.echo(json.dumps(outcome))
    else:
        click.echo(f"{output}: {width}×{height}, by {made.backend} in {seconds:.1f} s")


def _read(pool: "PicturePool", file: Path, settings: Settings) -> "Picture":
    """Read an untrusted picture as the bot would."""
    from modera_bot.images import decode, normalise

    limit = settings.limits.upload_bytes
    try:
        return decode(pool.run(normalise, file.read_bytes(), max_bytes=limit).data)
    except ModeraError as error:
        error.detail = str(file)
        raise


def _show(bar: Any, stage: Stage, fraction: float) -> None:
    bar.label = stage.value
    bar.update(max(0, round(100 * fraction) - bar.pos))


# --- models, health ---------------------------------------------------------------------


@commands.group()
def models() -> None:
    """The model files: list, fetch, check."""


@models.command("list")
@with_settings
def list_models(settings: Settings) -> None:
    """Show each model file, its size, licence and whether it is here."""
    from modera_bot.ml.weights import listing

    for listed in listing(settings.models):
        mark = "here" if listed.present else "missing"
        file = listed.file
        click.echo(f"{mark:8}{file.size / 1e6:7.1f} MB  {file.licence:11}{listed.path}")


@models.command()
@with_settings
def pull(settings: Settings) -> None:
    """Fetch the model files that are missing or damaged."""
    from modera_bot.ml import weights

    with click.progressbar(length=1000, label="models", file=sys.stderr) as bar:

        def report(what: str, fraction: float) -> None:
            bar.label = what
            bar.update(max(0, round(1000 * fraction) - bar.pos))

        weights.pull(settings.models, report)
    click.echo(f"All model files are in {settings.models}.")


@models.command()
@with_settings
def verify(settings: Settings) -> None:
    """Check the hash of each model file."""
    from modera_bot.ml import weights

    faults = weights.verify(settings.models)
    for fault in faults:
        click.echo(f"modera-bot: {fault}", err=True)
    if faults:
        sys.exit(1)
    click.echo("All model files are sound.")


@commands.command()
@with_settings
def doctor(settings: Settings) -> None:
    """Check everything the bot needs and list every fault with its remedy."""
    from modera_bot.doctor import examine

    findings = asyncio.run(examine(settings))
    for finding in findings:
        click.echo(f"{'fault' if finding.fault else 'ok':6}{finding.what}: {finding.text}")
    faults = sum(finding.fault for finding in findings)
    if faults:
        raise click.ClickException(f"{faults} of {len(findings)} checks found a fault; see above")


# --- people -----------------------------------------------------------------------------


@commands.command()
@click.argument("user", type=int)
@with_settings
def erase(settings: Settings, user: int) -> None:
    """Erase everything about USER (a Telegram id), for good."""
    from modera_bot import privacy
    from modera_bot.app import records

    with records(settings) as (database, storage):
        counts = privacy.erase(database, storage, _user_id(database, user))
    click.echo("Erased: " + ", ".join(f"{count} {what}" for what, count in counts.items()) + ".")


@commands.command()
@click.argument("user", type=int)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="By default USER.db."
)
@with_settings
def export(settings: Settings, user: int, output: Path | None) -> None:
    """Write everything kept about USER (a Telegram id) into one SQLite file."""
    from modera_bot import privacy
    from modera_bot.app import records

    file = output or Path(f"{user}.db")
    with records(settings) as (database, storage):
        user_id = _user_id(database, user)
        try:
            privacy.export(database, storage, user_id, file)
        except FileExistsError as error:
            raise click.ClickException(f"{file} exists; name another file with -o") from error
    click.echo(f"{file}: {file.stat().st_size / 1e6:.1f} MB")


def _user_id(database: Any, telegram_id: int) -> int:
    from modera_bot.db import users

    with database.begin() as connection:
        user = users.by_telegram_id(connection, telegram_id)
    if user is None:
        raise click.ClickException(
            f"nobody with the Telegram id {telegram_id} is known; nothing was done"
        )
    return user.id
