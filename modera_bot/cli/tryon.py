"""`modera-bot tryon`: a try-on without a server."""

import json
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modera_bot.cli.options import choice, read_photo, read_picture, with_settings
from modera_bot.config import Settings
from modera_bot.contracts import Category, Quality, Stage
from modera_bot.errors import Code, Refusal

if TYPE_CHECKING:
    from modera_bot.ml.base import TryOnTask
    from modera_bot.ml.metering import Tally
    from modera_bot.ml.service import Made
    from modera_bot.pool import PicturePool


@click.command()
@click.argument("person", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("garment", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="OUT"
)
@click.option("--backend", metavar="NAME", help="By default the first of [inference] tryon.")
@click.option("--category", type=choice(Category), help="By default it is guessed.")
@click.option("--quality", type=choice(Quality), default=Quality.STANDARD.value)
@click.option(
    "--person-at",
    nargs=2,
    type=click.FloatRange(0, 1),
    metavar="X Y",
    help="A point on who is meant, where several people are in PERSON: shares of width and height.",
)
@click.option(
    "--explain",
    "stages",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write each stage of the draft as a picture to DIR.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@with_settings
def tryon(
    settings: Settings,
    person: Path,
    garment: Path,
    output: Path,
    backend: str | None,
    category: str | None,
    quality: str,
    person_at: tuple[float, float] | None,
    stages: Path | None,
    as_json: bool,
) -> None:
    """Put GARMENT on PERSON and write the picture to OUT (JPEG)."""
    from modera_bot.app import marker_of
    from modera_bot.images import decode
    from modera_bot.ml.backends import BACKENDS, load
    from modera_bot.ml.base import GarmentPicture, TryOnTask
    from modera_bot.ml.metering import Tally
    from modera_bot.pool import PicturePool

    if backend and backend not in BACKENDS:
        raise click.BadParameter(f"{backend!r} is none of {', '.join(BACKENDS)}")
    if stages and backend not in (None, "draft"):
        raise click.BadParameter(f"--explain shows the draft's stages, not those of {backend}")
    tally = Tally()
    pool = PicturePool(workers=1, timeout_s=settings.pictures.timeout_s)
    try:
        names = (backend,) if backend else settings.inference.tryon
        kind = Category(category) if category else None
        clothing = GarmentPicture(read_picture(pool, garment, settings), kind)
        photo = read_photo(pool, person, settings)
        known = [load(name) for name in names if name in BACKENDS]
        if any(not each.capabilities.draft for each in known):  # the draft looks by itself
            _inspect(photo, pool, settings, one=person_at is not None)
        task = TryOnTask(decode(photo), (clothing,), Quality(quality), person_at)
        begun = time.monotonic()
        if stages:
            made = _explained(task, stages, pool, settings)
        else:
            made = _made(task, names, pool, settings, tally, hidden=as_json)
        seconds = time.monotonic() - begun
        data = marker_of(settings).finished(made.output.picture, pool)
    finally:
        pool.close()
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(data)
    height, width = made.output.picture.shape[:2]
    if as_json:
        outcome = {
            "result": str(output),
            "backend": made.backend,
            "draft": made.draft,
            "categories": [*made.output.categories],
            "notices": [*made.output.notices],
            "width": width,
            "height": height,
            "seconds": round(seconds, 3),
            "seed": made.output.seed,
            "quality": asdict(made.output.quality) if made.output.quality else None,
            "cost_usd": round(tally.spent_usd, 4),
        }
        click.echo(json.dumps(outcome))
    else:
        click.echo(f"{output}: {width}×{height}, by {made.backend} in {seconds:.1f} s")


def _inspect(photo: bytes, pool: "PicturePool", settings: Settings, *, one: bool) -> None:
    """Look at the person's photo as the bot does, before anything is paid for or takes minutes.

    `one`: somebody in it is pointed at. Raises Refusal.
    """
    from modera_bot.ml.inspect import PhotoInspector

    report = PhotoInspector(pool, settings.models, draft_only=False).inspect(photo)
    fault = report.person_fault
    if fault is not None and not (one and fault is Code.SEVERAL_PEOPLE):
        raise Refusal(fault)


def _made(
    task: "TryOnTask",
    names: tuple[str, ...],
    pool: "PicturePool",
    settings: Settings,
    tally: "Tally",
    *,
    hidden: bool,
) -> "Made":
    """The try-on as the bot would make it, with a bar that shows how far it is."""
    from modera_bot.app import load_backends
    from modera_bot.ml.base import BackendContext
    from modera_bot.ml.service import try_on

    with ExitStack() as stack:
        backends = load_backends(names, BackendContext(pool, settings, tally))
        for each in backends:
            stack.callback(each.close)
        bar = stack.enter_context(click.progressbar(length=100, file=sys.stderr, hidden=hidden))
        return try_on(task, backends, lambda stage, done: _show(bar, stage, done))


def _explained(task: "TryOnTask", stages: Path, pool: "PicturePool", settings: Settings) -> "Made":
    """The draft, with its stages as pictures in a folder."""
    from modera_bot.ml.draft.explain import explain
    from modera_bot.ml.service import Made

    return Made("draft", True, pool.run(explain, task, settings.models, stages.absolute()))


def _show(bar: Any, stage: Stage, fraction: float) -> None:
    bar.label = stage.value
    bar.update(max(0, round(100 * fraction) - bar.pos))
