"""The one sticker and the one voice message that people in the sandbox can send."""

from __future__ import annotations

import io
from functools import cache

from PIL import Image, ImageDraw


@cache
def sticker() -> bytes:
    """A dress with a white rim, as stickers have; drawn twice as large for smooth edges."""
    picture = Image.new("RGBA", (1024, 1024), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    dress = [(392, 130), (440, 250), (584, 250), (632, 130), (690, 160), (664, 470), (850, 880)]
    dress += [(174, 880), (360, 470), (334, 160)]
    pen.line([*dress, dress[0], dress[1]], "white", width=72, joint="curve")
    pen.polygon(dress, "#d6457f")
    pen.polygon([(360, 470), (664, 470), (684, 516), (340, 516)], "#ffd9a8")
    for x, y in (
        (450, 640),
        (610, 600),
        (540, 740),
        (380, 780),
        (690, 790),
        (430, 370),
        (570, 350),
    ):
        pen.ellipse([(x - 26, y - 26), (x + 26, y + 26)], "#ffd3e3")
    out = io.BytesIO()
    picture.resize((512, 512), Image.Resampling.LANCZOS).save(out, "WEBP", lossless=True)
    return out.getvalue()


VOICE = b"OggS\x00\x02" + bytes(120)
