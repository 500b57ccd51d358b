"""`modera-bot models`: the model files."""

import sys

import click

from modera_bot.cli.options import with_settings
from modera_bot.config import Settings


@click.group()
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
