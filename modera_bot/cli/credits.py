"""`modera-bot credits`: grant, balance, refund, verify."""

import click

from modera_bot.cli.options import with_settings
from modera_bot.cli.people import user_id_of
from modera_bot.config import Settings


@click.group()
def credits() -> None:
    """People's credits. USER is a Telegram id."""


@credits.command()
@click.argument("user", type=int)
@click.argument("amount", metavar="N", type=click.IntRange(1, 1_000_000))
@click.option("--reason", required=True, help="Why; kept with the grant.")
@click.option("--id", "key", help="The same KEY grants once.", metavar="KEY")
@with_settings
def grant(settings: Settings, user: int, amount: int, reason: str, key: str | None) -> None:
    """Give USER N credits."""
    from modera_bot.app import records
    from modera_bot.db import accounts
    from modera_bot.pay.service import PaymentService

    with records(settings) as (database, _):
        user_id = user_id_of(database, user)
        with database.begin() as connection:
            payments = PaymentService(settings.pay)
            given = payments.give(connection, user_id, amount, reason=reason, key=key)
            balance = accounts.lock(connection, user_id).credits
    what = f"{amount} granted" if given else f"nothing: {key} was granted before"
    click.echo(f"{what}; balance {balance}")


@credits.command()
@click.argument("user", type=int)
@with_settings
def balance(settings: Settings, user: int) -> None:
    """Print how many credits USER can spend."""
    from modera_bot.app import records
    from modera_bot.db import accounts

    with records(settings) as (database, _):
        user_id = user_id_of(database, user)
        with database.begin() as connection:
            click.echo(accounts.lock(connection, user_id).credits)


@credits.command()
@click.argument("receipt")
@with_settings
def refund(settings: Settings, receipt: str) -> None:
    """Give the Stars of RECEIPT (its number, as the receipt shows it) back."""
    import asyncio

    from modera_bot.app import records
    from modera_bot.bot.remote import refund as give_back
    from modera_bot.db import orders
    from modera_bot.pay.service import PaymentService

    with records(settings) as (database, _):
        with database.begin() as connection:
            found = orders.by_receipt(connection, receipt)
        if len(found) != 1:
            known = "no payment has" if not found else f"{len(found)} payments have"
            raise click.ClickException(f"{known} a receipt {receipt}; write the whole number")
        payments = PaymentService(settings.pay)
        order = asyncio.run(give_back(settings.telegram, database, payments, found[0]))
    click.echo(f"{order.id}: {order.amount:.0f} {order.currency} {order.state}")


@credits.command()
@with_settings
def verify(settings: Settings) -> None:
    """Compute all balances anew; print every difference and end with 1 if there is one."""
    from modera_bot.app import records
    from modera_bot.pay.verify import verify as differences

    with records(settings) as (database, _), database.begin() as connection:
        found = differences(connection)
    for difference in found:
        click.echo(difference, err=True)
    if found:
        raise click.ClickException(f"{len(found)} differences; nothing was changed")
    click.echo("Everything adds up.")
