"""`modera-bot tryon`: a try-on without a server."""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modera_bot.cli.options import choice, with_settings
from modera_bot.config import Settings
from modera_bot.contracts import Category, Quality, Stage
from modera_bot.errors import ModeraError

if TYPE_CHECKING:
    from modera_bot.ml.base import Picture
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
    as_json: bool,
) -> None:
    """Put GARMENT on PERSON and write the picture to OUT (JPEG)."""
    from modera_bot.app import load_backends
    from modera_bot.images import encode, mark_ai_generated
    from modera_bot.ml.backends import BACKENDS
    from modera_bot.ml.base import GarmentPicture, TryOnTask
    from modera_bot.ml.service import try_on
    from modera_bot.pool import PicturePool

    if backend and backend not in BACKENDS:
        raise click.BadParameter(f"{backend!r} is none of {', '.join(BACKENDS)}")
    pool = PicturePool(workers=1, timeout_s=settings.pictures.timeout_s)
    try:
        names = (backend,) if backend else settings.inference.tryon
        backends = load_backends(names, pool, settings)
        kind = Category(category) if category else None
        clothing = GarmentPicture(_read(pool, garment, settings), kind)
        task = TryOnTask(_read(pool, person, settings), (clothing,), Quality(quality))
        begun = time.monotonic()
        with click.progressbar(length=100, file=sys.stderr, hidden=as_json) as bar:
            made = try_on(task, backends, lambda stage, done: _show(bar, stage, done))
        seconds = time.monotonic() - begun
    finally:
        pool.close()
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(mark_ai_generated(encode(made.output.picture)))
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
        }
        click.echo(json.dumps(outcome))
    else:
        click.echo(f"{output}: {width}×{height}, by {made.backend} in {seconds:.1f} s")


def _read(pool: "PicturePool", file: Path, settings: Settings) -> "Picture":
    """Read an untrusted picture as the bot would."""
    from modera_bot.images import decode, normalise

    limit = settings.limits.upload_bytes
    try:
        return decode(pool.run(normalise, file.read_bytes(), max_bytes=limit).data)
    except ModeraError as error:
        error.detail = str(file)
        raise


def _show(bar: Any, stage: Stage, fraction: float) -> None:
    bar.label = stage.value
    bar.update(max(0, round(100 * fraction) - bar.pos))
