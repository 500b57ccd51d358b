"""`modera-bot style`: a style profile without a server."""

import time
from pathlib import Path

import click

from modera_bot.cli.options import choice, read_picture, with_settings
from modera_bot.config import Settings
from modera_bot.style import (
    Appearance,
    BodyType,
    Eyes,
    Hair,
    Occasion,
    Skin,
    StylePreferences,
    StyleProfile,
    Undertone,
    Wardrobe,
)


@click.command()
@click.argument("person", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--backend", metavar="NAME", help="By default the first of [inference] style.")
@click.option("--language", default="en", metavar="CODE", help="en or ru; en by default.")
@click.option("--occasion", type=choice(Occasion))
@click.option("--wardrobe", type=choice(Wardrobe), default=Wardrobe.ANY.value)
@click.option("--body", type=choice(BodyType), help="Body type, as the person says.")
@click.option("--skin", type=choice(Skin), help="Told instead of read, like the next three.")
@click.option("--undertone", type=choice(Undertone))
@click.option("--hair", type=choice(Hair))
@click.option("--eyes", type=choice(Eyes))
@click.option(
    "--card",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="OUT",
    help="Write the card to OUT (JPEG).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the profile as JSON.")
@with_settings
def style(
    settings: Settings,
    person: Path,
    backend: str | None,
    language: str,
    occasion: str | None,
    wardrobe: str,
    body: str | None,
    skin: str | None,
    undertone: str | None,
    hair: str | None,
    eyes: str | None,
    card: Path | None,
    as_json: bool,
) -> None:
    """Say what colours and outfits suit PERSON, and why."""
    from modera_bot.app import load_stylists
    from modera_bot.ml.base import BackendContext, StyleTask
    from modera_bot.ml.style.backends import BACKENDS
    from modera_bot.ml.style.service import advise_first, make_card
    from modera_bot.pool import PicturePool

    if backend and backend not in BACKENDS:
        raise click.BadParameter(f"{backend!r} is none of {', '.join(BACKENDS)}")
    told = {"skin": skin, "undertone": undertone, "hair": hair, "eyes": eyes}
    wishes = {"occasion": occasion, "wardrobe": wardrobe, "body": body}
    preferences = StylePreferences.model_validate(
        {**wishes, "appearance": Appearance.model_validate(told)}
    )
    pool = PicturePool(workers=1, timeout_s=settings.pictures.timeout_s)
    context = BackendContext(pool, settings)
    try:
        stylists = load_stylists((backend,) if backend else settings.inference.style, context)
        task = StyleTask(read_picture(pool, person, settings), preferences, language)
        begun = time.monotonic()
        advised = advise_first(task, stylists)
        seconds = time.monotonic() - begun
        if card:
            made = pool.run(make_card, advised.profile, task.person, None, settings.models)
            card.parent.mkdir(parents=True, exist_ok=True)
            card.write_bytes(made[0])
    finally:
        context.visions.close()
        pool.close()
    if as_json:
        click.echo(advised.profile.model_dump_json())
    else:
        click.echo(_told(advised.profile))
        click.echo(f"\nby {advised.backend} in {seconds:.1f} s", err=True)


def _told(profile: StyleProfile) -> str:
    """The profile in lines."""
    also = f", or {profile.also}" if profile.also else ""
    lines = [f"{profile.season} ({round(100 * profile.sure)} % sure{also}): {profile.why}", ""]
    for seen in profile.seen:
        source = "told" if seen.told else f"{round(100 * seen.sure)} % sure"
        lines.append(f"  {seen.trait}: {seen.value} ({source}) {seen.hex or ''}".rstrip())
    lines += ["", "best: " + ", ".join(swatch.name for swatch in profile.best)]
    lines += ["weaker: " + ", ".join(swatch.name for swatch in profile.weaker)]
    for advice in (*profile.shape, *profile.dos, *profile.donts):
        lines.append(f"  {advice.text} {advice.why}")
    for outfit in profile.outfits:
        lines += ["", f"{outfit.title}. {outfit.why}"]
        lines += [f"  {i.name}, {i.colour.name}, {i.cut}, {i.material}" for i in outfit.items]
    return "\n".join(lines)
