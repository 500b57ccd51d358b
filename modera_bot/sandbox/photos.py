"""What Telegram does to a picture sent as a photo: turned upright, shrunk, recompressed."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageOps
from pillow_heif import register_heif_opener

from modera_bot.images import MAX_PIXELS
from modera_bot.sandbox.refusals import Refusal, bad_request

register_heif_opener()  # phones keep their pictures so; the apps send them as JPEG

BOX_EDGES = (90, 320, 800, 1280, 2560)  # longest edges of Telegram's sizes s, m, x, y, w
MAX_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True)
class Rendition:
    """One size of a photo, as JPEG."""

    data: bytes
    width: int
    height: int


def renditions(data: bytes, *, edge: int, by_app: bool) -> list[Rendition]:
    """The sizes Telegram offers for a photo, smallest first, none longer than `edge` pixels.

    `by_app`: sent by a person, whose app shrinks any picture first, here up to the `MAX_PIXELS`
    that anything in this process decodes; otherwise the limits on what a bot may upload apply
    (Bot API, sendPhoto: 10 MB, width + height <= 10000, ratio <= 20).

    Raises:
        Refusal: too big, of odd dimensions, or not a picture.
    """
    if not by_app and len(data) > MAX_BYTES:
        raise bad_request(
            f"file of size {len(data)} bytes is too big for a photo; "
            f"the maximum size is {MAX_BYTES} bytes"
        )
    picture = _upright(data, by_app=by_app)
    longest = max(picture.size)
    edges = [box for box in BOX_EDGES if box < min(longest, edge)] + [min(longest, edge)]
    found = [_shrunk(picture, box) for box in reversed(edges)]  # each from the one before
    return found[::-1]


def thumbnail(data: bytes) -> Rendition | None:
    """A preview of a document that is a picture, 320 pixels at most; None for anything else."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > MAX_PIXELS // 2:
                return None
            return _shrunk(_flatten(ImageOps.exif_transpose(picture)), 320)
    except Exception:  # any bytes may be sent as a document
        return None


def _upright(data: bytes, *, by_app: bool) -> Image.Image:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            _check_dimensions(picture.width, picture.height, by_app=by_app)
            picture.draft("RGB", (BOX_EDGES[-1], BOX_EDGES[-1]))
            return _flatten(ImageOps.exif_transpose(picture))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_large(by_app=by_app) from error  # Pillow looks first
    except (OSError, SyntaxError, ValueError, Warning) as error:
        raise bad_request("IMAGE_PROCESS_FAILED") from error


def _check_dimensions(width: int, height: int, *, by_app: bool) -> None:
    if max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    if width * height > MAX_PIXELS if by_app else width + height > 10_000:
        raise _too_large(by_app=by_app)


def _too_large(*, by_app: bool) -> Refusal:
    if not by_app:
        return bad_request("PHOTO_INVALID_DIMENSIONS")
    return bad_request(
        f"the picture has more than {MAX_PIXELS // 1_000_000} megapixels, the most that can be "
        "sent as a photo here; send it as a file"
    )


def _flatten(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        white = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(white, layered).convert("RGB")
    return picture.convert("RGB")


def _shrunk(picture: Image.Image, edge: int) -> Rendition:
    """Shrink the picture itself, and encode it."""
    picture.thumbnail((edge, edge), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=87)
    return Rendition(out.getvalue(), picture.width, picture.height)
