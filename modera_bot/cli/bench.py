"""`modera-bot bench`: how fast things are on this machine."""

import json
from dataclasses import asdict
from functools import partial

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
