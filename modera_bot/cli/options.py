"""What commands have in common."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from modera_bot.config import Settings, load
from modera_bot.errors import ModeraError

if TYPE_CHECKING:
    from modera_bot.ml.base import Picture
    from modera_bot.pool import PicturePool

Command = TypeVar("Command", bound=Callable[..., Any])


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


def choice(kind: type[StrEnum]) -> click.Choice[str]:
    """One of an enum's values; click itself would want the names of its members."""
    return click.Choice([member.value for member in kind])


def read_picture(pool: "PicturePool", file: Path, settings: Settings) -> "Picture":
    """Read an untrusted picture as the bot would."""
    from modera_bot.images import decode

    return decode(read_photo(pool, file, settings))


def read_photo(pool: "PicturePool", file: Path, settings: Settings) -> bytes:
    """The same as the JPEG that the bot would keep."""
    from modera_bot.images import normalise

    limit = settings.limits.upload_bytes
    try:
        return pool.run(normalise, file.read_bytes(), max_bytes=limit).data
    except ModeraError as error:
        error.detail = str(file)
        raise
