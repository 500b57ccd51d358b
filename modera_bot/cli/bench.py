"""`modera-bot bench`: how fast things are on this machine."""

import json
import os
import tempfile
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click

from modera_bot.cli.options import with_settings
from modera_bot.config import Settings


@click.group()
def bench() -> None:
    """Measure how fast this machine is."""


@bench.command()
@click.option("--repeat", type=click.IntRange(min=1), default=10, metavar="N", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@with_settings
def draft(settings: Settings, repeat: int, as_json: bool) -> None:
    """Measure the draft: each stage, memory, and ten at once."""
    from modera_bot.bench.draft import measure, table

    figures = measure(settings, repeat)
    click.echo(json.dumps(figures.as_json()) if as_json else table(figures))


@bench.command()
@click.option("--steps", type=click.IntRange(min=1), default=30, metavar="N", show_default=True)
@click.option("--repeat", type=click.IntRange(min=1), default=5, metavar="N", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def diffusion(steps: int, repeat: int, as_json: bool) -> None:
    """Measure the local model, of random weights, next to a plain implementation."""
    try:
        from modera_bot.bench.diffusion import run
    except ModuleNotFoundError as error:
        reason = f"{error.name} is not installed; get it with: pip install 'modera-bot[local]'"
        raise click.ClickException(reason) from error
    figures = run(steps=steps, repeat=repeat, tell=partial(click.echo, err=as_json))
    if as_json:
        click.echo(json.dumps(asdict(figures)))


@bench.command()
@click.option("--users", type=click.IntRange(min=1), default=200, metavar="N", show_default=True)
@click.option("--rounds", type=click.IntRange(min=1), default=3, metavar="N", show_default=True)
@click.option(
    "--aiogram",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="PYTHON",
    help="An interpreter that has aiogram, which can't share ours: it wants another pydantic.",
)
@click.option("--whole", is_flag=True, help="Only our real flow, with real drafts.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@with_settings
def bot(
    settings: Settings, users: int, rounds: int, aiogram: Path | None, whole: bool, as_json: bool
) -> None:
    """Measure how many people are served at once, next to other libraries."""
    from modera_bot.bench import bot as measured

    tell = partial(click.echo, err=as_json)
    figures: dict[str, Any] = {"load": os.getloadavg()[0]}
    tell(f"load {figures['load']:.1f} on {os.cpu_count()} cores")
    if not whole:
        figures["ceiling"] = measured.ceiling()
        tell(f"the emulator answers {figures['ceiling']:.0f} calls/s; a minimal flow has 8")
        figures["minimal"] = measured.compare(users, rounds, aiogram, tell)
        for line in measured.summary(figures["minimal"]):
            tell(line)
    figures["whole"] = measured.whole(settings, users, tell)
    if as_json:
        click.echo(json.dumps(figures))


@bench.command()
@click.option("--count", type=click.IntRange(min=2), default=100, metavar="N", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def jobs(count: int, as_json: bool) -> None:
    """Measure how soon a job begins, on each kind of queue, and what idling costs."""
    from modera_bot.bench.jobs import available, measure, table

    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        available(Path(folder)) as (kinds, missing),
    ):
        figures = [measure(name, *urls, count) for name, urls in kinds.items()]
    for name in missing:
        click.echo(f"left out: {name}", err=True)
    click.echo(json.dumps([asdict(each) for each in figures]) if as_json else table(figures))


@bench.command()
@click.option("--database", "url", metavar="URL", help="postgresql://…; by default a SQLite file.")
@click.option("--callers", type=click.IntRange(1, 64), default=16, metavar="N", show_default=True)
@click.option("--count", type=click.IntRange(min=1), default=5000, metavar="N", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def ledger(url: str | None, callers: int, count: int, as_json: bool) -> None:
    """Measure the ledger, in a file or a schema of its own that is removed again."""
    from modera_bot.bench.ledger import measure, table

    figures = measure(url, callers=callers, count=count)
    click.echo(json.dumps(asdict(figures)) if as_json else table(figures))


@bench.command()
@click.option("--repeat", type=click.IntRange(min=1), default=10, metavar="N", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@with_settings
def ml(settings: Settings, repeat: int, as_json: bool) -> None:
    """Measure what a hosted try-on takes beside the provider's time, and a repeated one."""
    from modera_bot.bench.hosted import measure, table

    click.echo(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", err=as_json)
    figures = measure(settings, repeat)
    click.echo(json.dumps(asdict(figures)) if as_json else table(figures))
