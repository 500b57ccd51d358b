"""What people send that can't be used, and what they are told: the table of docs/bad-input.md.

python -m tests.bot.bad_input > docs/bad-input.md
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from modera_bot.bot.texts import Texts
from modera_bot.sandbox.client import SandboxUser
from tests.images.corpus import BAD, png16, saved

SAMPLES = Path(__file__).parents[1] / "samples"
GARMENT = SAMPLES / "garments" / "tee_stripe.jpg"
OTHER_GARMENT = SAMPLES / "garments" / "long_plaid.jpg"
PERSON = SAMPLES / "people" / "ana_tee_logo.jpg"
OTHER_PERSON = SAMPLES / "people" / "ben_tee_logo.jpg"
PEOPLE = ("ana_tee_logo", "ben_tee_stripe", "mia_tank_dots", "ana_long_plaid", "ben_long_plaid")

Send = Callable[[SandboxUser], Awaitable[object]]


@dataclass(frozen=True)
class Case:
    """Something sent, and the key of the text that answers it, with what it counts."""

    name: str
    send: Send
    key: str
    count: int | None = None


def file(data: bytes | Callable[[], bytes], name: str, mime: str = "") -> Send:
    async def send(person: SandboxUser) -> object:
        content = data if isinstance(data, bytes) else data()
        return await person.document(content, name, mime)

    return send


def photo(data: Path | Callable[[], bytes]) -> Send:
    async def send(person: SandboxUser) -> object:
        return await person.photo(data if isinstance(data, Path) else data())

    return send


def five_people() -> bytes:
    """Five of the sample people in a row."""
    pictures = [Image.open(SAMPLES / "people" / f"{name}.jpg").convert("RGB") for name in PEOPLE]
    row = [np.asarray(picture.resize((384, 512))) for picture in pictures]
    return saved(np.hstack(row), "JPEG", quality=92)


def landscape() -> bytes:
    """A sky over a meadow with grass: nobody there, nothing to wear."""
    height, width = 600, 800
    rng = np.random.default_rng(1)
    y = np.linspace(0, 1, height)[:, None, None]
    sky = np.array([120, 170, 230]) + y * np.array([90, 60, 20])
    grass = np.array([60, 120, 40]) + rng.normal(0, 30, (height, width, 1))
    scene = np.where(y < 0.55, sky, grass).clip(0, 255).astype(np.uint8)
    return saved(scene, "JPEG", quality=90)


def person() -> Image.Image:
    return Image.open(PERSON).convert("RGB")


def rotated() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(person().rotate(90, expand=True), "JPEG", quality=92, exif=exif)


#: Sent while a garment is there and a person is missing; the answer also says what to send.
REFUSED = (
    Case("a file of 0 bytes", file(BAD["no bytes"][0], "me.jpg"), "error-empty-file"),
    Case("text named .jpg", file(BAD["text named .jpg"][0], "me.jpg"), "error-not-a-picture"),
    Case("a file of 12 MB", file(BAD["12 MB"][0], "me.jpg"), "error-file-too-large"),
    Case(
        "a PNG of 144 megapixels",
        file(BAD["144-megapixel PNG"][0], "me.png"),
        "error-too-many-pixels",
    ),
    Case("a truncated JPEG", file(BAD["truncated JPEG"][0], "me.jpg"), "error-broken-picture"),
    Case("an animated GIF", file(BAD["animated GIF"][0], "me.gif"), "error-unsupported-format"),
    Case("a tiny picture", file(BAD["tiny picture"][0], "me.png"), "error-picture-too-small"),
    Case("a PDF", file(BAD["PDF"][0], "me.pdf", "application/pdf"), "unknown-document"),
    Case("a photo without a person", photo(landscape), "error-no-person"),
    Case("a photo of five people", photo(five_people), "tryon-who", 5),
    Case("a second garment", photo(OTHER_GARMENT), "tryon-second-garment"),
    Case("a sticker", SandboxUser.sticker, "unknown-sticker"),
    Case("a voice message", SandboxUser.voice, "unknown-voice"),
    Case("a location", SandboxUser.location, "unknown-other"),
    Case("some words", lambda person: person.text("dress me, please"), "unknown-text"),
    Case("an unknown command", lambda person: person.text("/dance"), "unknown-command"),
)
#: Sent while a person is there and a garment is missing.
SECOND_PERSON = Case("a second person", photo(OTHER_PERSON), "tryon-second-person")
#: Photos of a person in formats that rarely work elsewhere; each leads to a picture.
ACCEPTED = (
    Case("HEIC", file(lambda: saved(person(), "HEIF", quality=90), "me.heic"), ""),
    Case("CMYK JPEG", file(lambda: saved(person().convert("CMYK"), "JPEG"), "me.jpg"), ""),
    Case(
        "16-bit PNG",
        file(lambda: png16(np.asarray(person()).astype(np.uint16) * 257, 2), "me.png"),
        "",
    ),
    Case("JPEG rotated by EXIF", file(rotated, "me.jpg"), ""),
)


def document() -> str:
    """The page docs/bad-input.md."""
    texts = Texts()

    def told(case: Case) -> str:
        counts = {} if case.count is None else {"count": case.count}
        cells = (texts.get(language, case.key, **counts) for language in ("en", "ru"))
        return " | ".join(re.sub(r"<[^>]+>", "", cell).replace("\n", " ") for cell in cells)

    lines = ["# Bad input", "", INTRODUCTION, "", *HEAD]
    lines += [f"| {case.name} | {told(case)} |" for case in (*REFUSED, SECOND_PERSON)]
    lines += ["", ACCEPTED_TEXT, "", *(f"- {case.name}" for case in ACCEPTED), ""]
    return "\n".join(lines)


INTRODUCTION = """\
What a person sends while the bot waits for a photo, and what they see. Each answer to a photo
comes as a reply to it and ends with what to send next; what was sent before is kept, and the
try-on goes on with the right photo. `tests/bot/test_bad_input.py` plays every row against the
sandbox, in both languages, and holds this page to the texts."""
HEAD = ("| sent | English | Russian |", "|---|---|---|")
ACCEPTED_TEXT = "Sent as files, photos in these formats work like any other:"

if __name__ == "__main__":
    print(document(), end="")
