"""`modera-bot erase` and `modera-bot export`: what is kept about one person."""

from pathlib import Path
from typing import Any

import click

from modera_bot.cli.options import with_settings
from modera_bot.config import Settings
from modera_bot.errors import ConfigError


@click.command()
@click.argument("user", type=int)
@with_settings
def erase(settings: Settings, user: int) -> None:
    """Erase everything about USER (a Telegram id), for good.

    A subscription of theirs with Stars is cancelled first, where a token is configured.
    """
    from modera_bot import privacy
    from modera_bot.app import records

    with records(settings) as (database, storage):
        user_id = user_id_of(database, user)
        ended = _end_subscription(settings, database, user, user_id)
        counts = privacy.erase(database, storage, user_id)
    if ended:
        click.echo(ended)
    click.echo("Erased: " + ", ".join(f"{count} {what}" for what, count in counts.items()) + ".")


def _end_subscription(settings: Settings, database: Any, telegram_id: int, user_id: int) -> str:
    """Let Telegram charge them no more; says what was done, or is left to do.

    Raises ClickException, with nothing erased, when Telegram can't be reached.
    """
    import asyncio

    from modera_bot.bot.remote import end_subscription
    from modera_bot.db import orders

    with database.begin() as connection:
        running = orders.subscription(connection, user_id)
    if running is None or running.cancelled or running.provider != "stars":
        return ""
    if not settings.telegram.token.get_secret_value():
        return (
            f"Their subscription runs until {running.until:%Y-%m-%d}, and without telegram.token "
            "it could not be cancelled. With the bot's token, call editUserStarSubscription: "
            f"user_id={telegram_id}, telegram_payment_charge_id={running.payment_id}, "
            "is_canceled=true. Until then the bot sends each renewal back."
        )
    try:
        declined = asyncio.run(end_subscription(settings.telegram, telegram_id, running))
    except ConfigError as error:
        raise click.ClickException(
            f"nothing was erased, for their subscription could not be cancelled: {error.detail}"
        ) from error
    with database.begin() as connection:  # erasing may fail
        orders.set_cancelled(connection, running.id, True)
    if declined is None:
        return "Their subscription is cancelled."
    return (
        f"Telegram says of their subscription, telegram_payment_charge_id={running.payment_id}: "
        f"{declined}. If it has not ended, the bot sends each renewal back."
    )


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
