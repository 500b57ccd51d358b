"""Safe reading, normalising and writing of pictures: every picture enters through here.

A picture in memory is an RGB array, uint8, shape (height, width, 3), sRGB, upright. What
comes from outside is hostile until `normalise` has rewritten it: call that, and everything
else that reads bytes of others, in a PicturePool, since decoders written in C may crash.
"""

import hashlib
import io
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, ImageDraw, ImageFont, ImageOps

from modera_bot.errors import Code, PictureError

#: Larger pictures are refused before they are decoded; the 48 and 50 megapixels of today's
#: phones pass, the 108 and 144 do not.
MAX_PIXELS = 50_000_000
#: Longest edge of a normalised picture in pixels: Telegram's own limit for large photos.
MAX_EDGE = 2560
#: Shortest edge in pixels with which a body or a garment can still be made out.
MIN_EDGE = 200
_QUALITY = 95
_THUMBNAIL_QUALITY = 85
#: Diameter of a number on a picture, as a share of its longer edge and at least in pixels:
#: legible in a chat, where the picture is shown some 300 points wide.
_BADGE, _MIN_BADGE = 0.07, 28
_TILE, _COLUMNS = (420, 560), 3  # of a sheet of many pictures, in pixels
_GAP = 0.01  # between two pictures side by side, as a fraction of their height

# What is odd about the metadata of strangers is nobody's business, and would fill the log; but
# nothing may decode a decompression bomb, whichever way it comes to Pillow.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)

_SIGNATURES = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
}
_BRANDS = {
    b"avif": "AVIF",
    b"avis": "AVIF",
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm"), "HEIF"),
}
# Pictures too, but rarely photos: refused by name so that the person is told what to send.
_UNSUPPORTED = (
    b"GIF8",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"8BPS",
    b"\0\0\1\0",
    b"\0\0\0\x0cjP  ",
    b"\0\0\0\x0cJXL ",
    b"\xff\x0a",
    b"<svg",
)

#: A photo composed with what trained models made of another one.
#: https://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
_DESCRIPTION = "Composite made with AI: the clothes were put on by software."
_SOFTWARE = "modera-bot"
# ISO 16684-1 (XMP) with the IPTC Photo Metadata Standard's property Digital Source Type.
_XMP = f"""\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    Iptc4xmpExt:DigitalSourceType="{SOURCE_TYPE}"
    xmp:CreatorTool="{_SOFTWARE}">
   <dc:description>
    <rdf:Alt><rdf:li xml:lang="x-default">{_DESCRIPTION}</rdf:li></rdf:Alt>
   </dc:description>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""
_SOI, _APP0, _APP1, _SOS = b"\xff\xd8", b"\xff\xe0", b"\xff\xe1", b"\xff\xda"

# How to turn a picture upright, by EXIF orientation (CIPA DC-008, tag 0x0112).
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class Normalised:
    """A picture fit to be kept: JPEG bytes, their size in pixels and their SHA-256 in hex."""

    data: bytes
    width: int
    height: int
    sha256: str


def normalise(data: bytes, *, max_bytes: int) -> Normalised:
    """Rewrite an upload as a plain JPEG (quality 95, 4:4:4), upright, in sRGB.

    The longest edge becomes at most `MAX_EDGE` pixels, transparency turns white, and
    everything but the pixels (EXIF, position, comments, trailing bytes) is gone. Of pictures
    that hold several, the first counts. Raises PictureError.
    """
    if not data:
        raise PictureError(Code.EMPTY_FILE)
    if len(data) > max_bytes:
        raise PictureError(Code.FILE_TOO_LARGE, f"{len(data)} of {max_bytes} bytes")
    picture = _read(data, MAX_EDGE)
    if min(picture.size) < MIN_EDGE:
        raise PictureError(Code.PICTURE_TOO_SMALL, f"{picture.width}×{picture.height}")
    jpeg = _jpeg(picture, _QUALITY)
    return Normalised(jpeg, picture.width, picture.height, hashlib.sha256(jpeg).hexdigest())


def decode(data: bytes) -> NDArray[np.uint8]:
    """Read a picture as an array. Raises PictureError."""
    return np.array(_read(data, None))


def encode(picture: NDArray[np.uint8]) -> bytes:
    """Write an array as JPEG (quality 95, 4:4:4)."""
    return _jpeg(Image.fromarray(picture), _QUALITY)


def thumbnail(data: bytes, edge: int) -> bytes:
    """Return the picture as a small JPEG, its longest edge at most `edge` pixels."""
    return _jpeg(_read(data, edge), _THUMBNAIL_QUALITY)


def side_by_side(before: bytes, after: bytes) -> bytes:
    """Put two pictures beside each other, equally high, as one JPEG within `MAX_EDGE`."""
    left, right = _read(before, MAX_EDGE), _read(after, MAX_EDGE)
    height = min(left.height, right.height)
    aspect = left.width / left.height + right.width / right.height + _GAP
    height = max(1, min(height, int(MAX_EDGE / aspect)))
    left, right = _to_height(left, height), _to_height(right, height)
    gap = max(2, round(_GAP * height))
    both = Image.new("RGB", (left.width + gap + right.width, height), "white")
    both.paste(left, (0, 0))
    both.paste(right, (left.width + gap, 0))
    return _jpeg(both, _QUALITY)


def numbered(data: bytes, places: Sequence[tuple[float, float]]) -> bytes:
    """A copy within `MAX_EDGE` with the numbers 1, 2, 3… at places (x, y) of it, as JPEG.

    Places are shares of width and height; each number is moved so that all of it is seen.
    """
    picture = _read(data, MAX_EDGE)
    radius = max(_MIN_BADGE, _BADGE * max(picture.size)) / 2
    for number, place in enumerate(places, start=1):
        x, y = (
            min(max(share * length, radius), length - radius)
            for share, length in zip(place, picture.size, strict=True)
        )
        _badge(picture, (x, y), radius, number)
    return _jpeg(picture, _QUALITY)


def sheet(pictures: Sequence[tuple[int, bytes]]) -> bytes:
    """Numbered pictures, cropped to tiles of one size, three in a row, as one JPEG."""
    width, height = _TILE
    gap, radius = round(_GAP * height), width / 10
    columns = min(_COLUMNS, len(pictures))
    rows = math.ceil(len(pictures) / columns)
    size = columns * (width + gap) - gap, rows * (height + gap) - gap
    whole = Image.new("RGB", size, "white")
    for index, (number, data) in enumerate(pictures):
        left, top = index % columns * (width + gap), index // columns * (height + gap)
        # faces are above the middle
        tile = ImageOps.fit(_read(data, MAX_EDGE), _TILE, centering=(0.5, 0.3))
        whole.paste(tile, (left, top))
        _badge(whole, (left + 1.4 * radius, top + 1.4 * radius), radius, number)
    return _jpeg(whole, _QUALITY)


def _badge(picture: Image.Image, at: tuple[float, float], radius: float, number: int) -> None:
    drawing = ImageDraw.Draw(picture)
    font = ImageFont.load_default((1.4 if number < 100 else 0.9) * radius)
    drawing.circle(at, radius, fill="white", outline="black", width=round(radius / 8) or 1)
    drawing.text(at, str(number), fill="black", font=font, anchor="mm")


def mark_ai_generated(jpeg: bytes) -> bytes:
    """Say in the metadata (XMP and EXIF) that software made the picture.

    The pixels stay as they are, and other metadata of that kind is replaced, so that marking
    twice is the same as once. Raises PictureError if the bytes are no JPEG.
    """
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = _DESCRIPTION
    exif[ExifTags.Base.Software] = _SOFTWARE
    marks = _app1(exif.tobytes()) + _app1(b"http://ns.adobe.com/xap/1.0/\0" + _XMP.encode())
    segments, rest = _split(jpeg)
    kept = [segment for segment in segments if not segment.startswith(_APP1)]
    jfif = [segment for segment in kept if segment.startswith(_APP0)]  # has to come first
    others = [segment for segment in kept if not segment.startswith(_APP0)]
    return b"".join((_SOI, *jfif, marks, *others, rest))


def _split(jpeg: bytes) -> tuple[list[bytes], bytes]:
    """Split a JPEG into its marker segments and the rest from the first scan on (T.81, B.1)."""
    segments: list[bytes] = []
    position = len(_SOI)
    while jpeg.startswith(_SOI) and position + 4 <= len(jpeg) and jpeg[position] == 0xFF:
        if jpeg[position : position + 2] == _SOS:
            return segments, jpeg[position:]
        end = position + 2 + int.from_bytes(jpeg[position + 2 : position + 4], "big")
        segments.append(jpeg[position:end])
        position = end
    raise PictureError(Code.BROKEN_PICTURE, "not a JPEG")


def _app1(payload: bytes) -> bytes:
    return _APP1 + (len(payload) + 2).to_bytes(2, "big") + payload


def _read(data: bytes, edge: int | None) -> Image.Image:
    """Decode to RGB, upright, in sRGB, the longest edge at most `edge` pixels."""
    picture = _open(data)
    if edge and picture.format in ("JPEG", "MPO"):
        picture.draft(None, _within(picture.size, edge))  # let libjpeg do the first halvings
    try:
        picture.load()
    except MemoryError:
        raise
    except Exception as error:  # decoders raise anything on broken bytes
        raise PictureError(Code.BROKEN_PICTURE, repr(error)) from error
    orientation, profile = _orientation(picture), picture.info.get("icc_profile")
    picture = _eight_bit(picture)
    if edge:
        picture = picture.resize(_within(picture.size, edge), Image.Resampling.LANCZOS)
    picture = _to_srgb(_on_white(picture), profile)
    return picture.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else picture


def _open(data: bytes) -> Image.Image:
    """Read the header with the one decoder that the signature names."""
    kind = _format(data)
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    try:
        return Image.open(io.BytesIO(data), formats=(kind,))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise PictureError(Code.TOO_MANY_PIXELS, str(error)) from error
    except MemoryError:
        raise
    except Exception as error:
        raise PictureError(Code.BROKEN_PICTURE, repr(error)) from error


def _format(data: bytes) -> str:
    """Tell the format from the first bytes; names and content types are the sender's word."""
    for signature, kind in _SIGNATURES.items():
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":  # ISO/IEC 14496-12: size, "ftyp", major brand, version, brands
        size = min(int.from_bytes(data[:4], "big"), 256)
        for start in (8, *range(16, size, 4)):
            if kind_of_brand := _BRANDS.get(data[start : start + 4]):
                return kind_of_brand
    if data.startswith(_UNSUPPORTED):
        raise PictureError(Code.UNSUPPORTED_FORMAT, repr(data[:12]))
    raise PictureError(Code.NOT_A_PICTURE, repr(data[:12]))


def _orientation(picture: Image.Image) -> int:
    """EXIF orientation, 1 where there is none; pillow-heif has applied it already."""
    try:
        orientation = picture.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # metadata may be damaged where the pixels are not
        return 1
    return orientation if isinstance(orientation, int) else 1


def _eight_bit(picture: Image.Image) -> Image.Image:
    """Bring any mode to one that can be resized: L, RGB, RGBA or CMYK."""
    if picture.mode == "I;16":  # Pillow would clip it, not scale it
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    return picture if picture.mode in ("L", "RGB", "CMYK") else picture.convert("RGB")


def _on_white(picture: Image.Image) -> Image.Image:
    """Put what is transparent on white."""
    if picture.mode != "RGBA":
        return picture
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")


def _to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert to sRGB; a profile that is damaged or of another kind is left out of account."""
    if profile:
        try:
            converted = ImageCms.profileToProfile(
                picture,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
        except (ImageCms.PyCMSError, OSError):
            pass
        else:
            assert converted is not None
            return converted
    return picture.convert("RGB")


def _within(size: tuple[int, int], edge: int) -> tuple[int, int]:
    """Scale a size down, never up, to a longest edge of at most `edge`."""
    scale = min(1.0, edge / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _to_height(picture: Image.Image, height: int) -> Image.Image:
    width = max(1, round(picture.width * height / picture.height))
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    picture.info.clear()  # Pillow would write a comment that the source had
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality, subsampling="4:4:4")
    return stream.getvalue()
