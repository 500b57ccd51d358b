"""The pictures of a screen side by side: both phones, and both desktops at half their size."""

import io
from pathlib import Path

from PIL import Image

GAP = 12
GROUND = (214, 219, 225)
#: Largest file in bytes, and the qualities tried until it is one.
LARGEST = 52_000
QUALITIES = (70, 55, 42, 30, 22)


def put_together(shots: dict[tuple[str, str], bytes]) -> Image.Image:
    """One picture of those by (language, size)."""
    phones = [_opened(shots[language, "phone"]) for language in ("en", "ru")]
    desktops = [_opened(shots[language, "desktop"]) for language in ("en", "ru")]
    height = phones[0].height
    half = (height - GAP) // 2
    width = desktops[0].width * half // desktops[0].height
    tall, wide = height + 2 * GAP, sum(phone.width for phone in phones) + width + 4 * GAP
    sheet = Image.new("RGB", (wide, tall), GROUND)
    left = GAP
    for phone in phones:
        sheet.paste(phone, (left, GAP))
        left += phone.width + GAP
    for number, desktop in enumerate(desktops):
        small = desktop.resize((width, half), Image.Resampling.LANCZOS)
        sheet.paste(small, (left, GAP + number * (half + GAP)))
    return sheet


def save(sheet: Image.Image, path: Path) -> None:
    """Write a WebP, at the best quality that keeps it small."""
    for quality in QUALITIES:
        file = io.BytesIO()
        sheet.save(file, "WEBP", quality=quality, method=4)
        if file.tell() <= LARGEST:
            break
    path.write_bytes(file.getvalue())


def _opened(shot: bytes) -> Image.Image:
    return Image.open(io.BytesIO(shot)).convert("RGB")
