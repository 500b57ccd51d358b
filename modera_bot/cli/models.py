"""`modera-bot models`: which models there are, and their files."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modera_bot.cli.options import with_settings
from modera_bot.config import Settings

if TYPE_CHECKING:
    from modera_bot.ml.weights import Model


@click.group()
def models() -> None:
    """The models: list, fetch, check."""


@models.command("list")
@with_settings
def list_models(settings: Settings) -> None:
    """Show each model: what for, whether it is needed, its licence, size and files."""
    from modera_bot.ml.weights import listing, registry

    for model in registry(settings.models).values():
        needed = model.needed_by(settings.inference.tryon)
        click.echo(f"{model.key}: {model.what}")
        click.echo(
            f"  {'needed' if needed else 'not needed'} as configured, {_allowed(model)}, "
            f"{model.size / 1e6:,.0f} MB of files, {model.memory:,} MB of memory"
        )
        for listed in listing(settings.models, [model]):
            mark = "here" if listed.present else "missing"
            click.echo(f"  {mark:8}{listed.file.size / 1e6:9,.1f} MB  {listed.path}")


@models.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder that has the files, instead of the internet.",
)
@click.option("--accept-licence", is_flag=True, help="Answer yes to the question about a licence.")
@with_settings
def pull(
    settings: Settings, names: tuple[str, ...], source: Path | None, accept_licence: bool
) -> None:
    """Fetch missing or damaged files of models; without a name, of those the settings need."""
    from modera_bot.ml import weights

    chosen = _chosen(settings, names)
    for model in chosen:
        if not model.commercial and not accept_licence:
            _ask(model)
    for model in chosen:
        with click.progressbar(length=1000, label=model.key, file=sys.stderr) as bar:
            weights.pull(settings.models, model, partial(_show, bar), source)
    click.echo(f"{', '.join(model.key for model in chosen)}: all files are in {settings.models}.")


@models.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@with_settings
def verify(settings: Settings, names: tuple[str, ...]) -> None:
    """Check the hash of each file; without a name, of the models that the settings need."""
    from modera_bot.ml import weights

    chosen = _chosen(settings, names)
    faults = weights.verify(settings.models, chosen)
    for fault in faults:
        click.echo(f"modera-bot: {fault}", err=True)
    if faults:
        sys.exit(1)
    click.echo(f"{', '.join(model.key for model in chosen)}: all files are sound.")


def _show(bar: Any, what: str, fraction: float) -> None:
    bar.label = what
    bar.update(max(0, round(1000 * fraction) - bar.pos))


def _chosen(settings: Settings, names: tuple[str, ...]) -> "list[Model]":
    """The models of these names, or else those that the configured backends need."""
    from modera_bot.ml.weights import registry

    known = registry(settings.models)
    for name in names:
        if name not in known:
            raise click.BadParameter(f"{name!r} is none of {', '.join(known)}")
    if names:
        return [known[name] for name in dict.fromkeys(names)]
    return [model for model in known.values() if model.needed_by(settings.inference.tryon)]


def _allowed(model: "Model") -> str:
    return f"{model.licence} ({'any use' if model.commercial else 'non-commercial use only'})"


def _ask(model: "Model") -> None:
    """Have the licence of a non-commercial model accepted, or stop."""
    click.echo(f"{model.key} is licensed {_allowed(model)}: {model.terms}", err=True)
    if not sys.stdin.isatty():
        raise click.ClickException("read the licence, then repeat with --accept-licence")
    click.confirm("Do you accept that?", abort=True, err=True)
