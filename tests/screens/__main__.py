"""Play every screen and write docs/screens; names of houses play only what is in those.

The full-size pictures of each language and size go into the folder `screenshots`.
"""

import argparse
import asyncio
import itertools
import logging
import shutil
import sys
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from modera_bot.sandbox.client import SandboxClient
from tests.conftest import CHROMIUM_FLAGS, ROOT
from tests.screens import index, sheet
from tests.screens.actor import Actor
from tests.screens.coverage import Seen
from tests.screens.houses import HOUSES, house
from tests.screens.scene import Scene
from tests.screens.scenes import PARTS

PICTURES = ROOT / "docs" / "screens"
FULL_SIZE = ROOT / "screenshots"


async def _play(name: str, scenes: list[Scene], browser: Browser) -> list[str]:
    """Play the scenes of one house; returns the names of those that failed."""
    failed: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        async with (
            house(name, Path(folder)) as app,
            SandboxClient(app.sandbox.page_url if app.sandbox else "") as client,
        ):
            actors = [Actor(app, client, language) for language in ("en", "ru")]
            for actor in actors:
                await actor.arrive(browser)
            for scene in scenes:
                try:
                    await _shoot(scene, actors)
                except Exception as error:
                    failed.append(scene.name)
                    print(f"{scene.name}: {type(error).__name__}: {error}", file=sys.stderr)
            for actor in actors:
                await actor.leave()
    return failed


async def _shoot(scene: Scene, actors: list[Actor]) -> None:
    begun, shots = time.monotonic(), {}
    await asyncio.gather(*(scene.play(actor) for actor in actors))
    for actor in actors:
        if wrapped := await actor.wrapped():
            print(f"{scene.name}: too long for a phone: {', '.join(wrapped)}")
        for size, shot in (await actor.shots()).items():
            shots[actor.language, size] = shot
            full = FULL_SIZE / f"{scene.name}-{actor.language}-{size}.png"
            await asyncio.to_thread(full.write_bytes, shot)
    picture = sheet.put_together(shots)
    await asyncio.to_thread(sheet.save, picture, PICTURES / f"{scene.name}.webp")
    print(f"{scene.name}: {time.monotonic() - begun:.1f} s", flush=True)


async def _run(chromium: str, houses: Collection[str], seen: Seen) -> list[str]:
    failed: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        with seen.watching():
            for name, parts in itertools.groupby(PARTS, key=lambda part: part[0]):
                if name in houses or not houses:
                    failed += await _play(name, [it for _, part in parts for it in part], browser)
        await browser.close()
    return failed


def main() -> None:
    """Play, write, and say what was not shown.

    Ends with 1 when a scene failed, or when all were played and a text was never shown.
    """
    parser = argparse.ArgumentParser(prog="scripts/screenshots", description=__doc__)
    parser.add_argument(
        "houses", nargs="*", choices=[*HOUSES, []], metavar="HOUSE", help=", ".join(HOUSES)
    )
    arguments = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        parser.error("Chromium is missing; install Debian's package chromium, for instance")
    logging.basicConfig(level=logging.CRITICAL)
    FULL_SIZE.mkdir(exist_ok=True)
    PICTURES.mkdir(exist_ok=True)
    seen = Seen()
    failed = asyncio.run(_run(chromium, arguments.houses, seen))
    (ROOT / "docs" / "screens.md").write_text(index.page(), encoding="utf-8")
    missing = [] if arguments.houses else seen.missing_texts()
    if not arguments.houses:
        print("handlers never called:", *seen.missing_handlers(), sep="\n  ")
        print("texts never shown:", *missing, sep="\n  ")
    if failed:
        sys.exit(f"scenes that failed: {', '.join(failed)}")
    if missing:
        sys.exit("show those texts in a scene, or say in NOT_SHOWN of coverage.py why not")


if __name__ == "__main__":
    main()
