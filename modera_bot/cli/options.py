"""What commands have in common."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import click

from modera_bot.config import load

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
