"""`modera-bot stats`: what hosted models did, and what they cost."""

import json
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import click

from modera_bot.cli.options import with_settings
from modera_bot.config import Settings

HEAD = ("backend", "role", "calls", "success", "USD", "p50 s", "p95 s")


@click.command()
@click.option("--days", type=click.IntRange(min=1), default=30, metavar="N", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@with_settings
def stats(settings: Settings, days: int, as_json: bool) -> None:
    """Tell calls, success, cost and time of hosted models over the last days."""
    from modera_bot.app import records
    from modera_bot.db import ai_calls
    from modera_bot.db.schema import now

    with records(settings) as (database, _), database.begin() as connection:
        figures = ai_calls.figures(connection, now() - timedelta(days=days))
        today = ai_calls.spent(connection, ai_calls.of_day())
        month = ai_calls.spent(connection, ai_calls.of_month())
    if as_json:
        shown = {"days": days, "calls": [asdict(each) for each in figures]}
        click.echo(json.dumps(shown | {"today_usd": today, "month_usd": month}))
        return
    rows = [HEAD, *(_row(each) for each in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())
    budget = settings.inference.budget
    click.echo(f"today {_of(today, budget.day_usd)}, this month {_of(month, budget.month_usd)}")


def _row(each: Any) -> tuple[str, ...]:
    share = f"{100 * each.succeeded / each.calls:.0f}%"
    times = ("–" if value is None else f"{value:.1f}" for value in (each.p50_s, each.p95_s))
    return each.backend, each.role, str(each.calls), share, f"{each.usd:.4f}", *times


def _of(spent: float, limit: float) -> str:
    return f"{spent:.4f} of {limit:g} USD" if limit else f"{spent:.4f} USD"
