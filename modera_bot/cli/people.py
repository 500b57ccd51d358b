"""`modera-bot erase` and `modera-bot export`: what is kept about one person."""

from pathlib import Path
from typing import Any

import click

from modera_bot.cli.options import with_settings
from modera_bot.config import Settings


@click.command()
@click.argument("user", type=int)
@with_settings
def erase(settings: Settings, user: int) -> None:
    """Erase everything about USER (a Telegram id), for good."""
    from modera_bot import privacy
    from modera_bot.app import records

    with records(settings) as (database, storage):
        counts = privacy.erase(database, storage, user_id_of(database, user))
    click.echo("Erased: " + ", ".join(f"{count} {what}" for what, count in counts.items()) + ".")


@click.command()
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
        user_id = user_id_of(database, user)
        try:
            privacy.export(database, storage, user_id, file)
        except FileExistsError as error:
            raise click.ClickException(f"{file} exists; name another file with -o") from error
    click.echo(f"{file}: {file.stat().st_size / 1e6:.1f} MB")


def user_id_of(database: Any, telegram_id: int) -> int:
    """Our id of a person. Raises ClickException when nobody is known by that Telegram id."""
    from modera_bot.db import users

    with database.begin() as connection:
        user = users.by_telegram_id(connection, telegram_id)
    if user is None:
        raise click.ClickException(
            f"nobody with the Telegram id {telegram_id} is known; nothing was done"
        )
    return user.id
