"""The one sticker and the one voice message that people in the sandbox can send."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw


def _sticker() -> bytes:
    picture = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.polygon([(196, 96), (316, 96), (336, 232), (416, 440), (96, 440), (176, 232)], "#a63d6b")
    pen.rectangle([(176, 224), (336, 244)], "#f2c9a8")
    out = io.BytesIO()
    picture.save(out, "WEBP", lossless=True)
    return out.getvalue()


STICKER = _sticker()
VOICE = b"OggS\x00\x02" + bytes(120)
