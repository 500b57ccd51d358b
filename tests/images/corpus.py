"""Good and bad uploads, made in memory; what each test of bad input draws on.

Every picture of GOOD shows SCENE, whatever its format: four plain quadrants, so that a wrong
colour, a wrong turn or a clipped value shows.
"""

import io
import struct
import zlib
from typing import Any

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import ExifTags, Image

from modera_bot.errors import Code

pillow_heif.register_heif_opener()

MAX_BYTES = 10_000_000
WIDTH, HEIGHT = 320, 240
#: Colours of the quadrants: top left, top right, bottom left, bottom right.
COLOURS = ((200, 60, 50), (60, 160, 80), (60, 80, 180), (255, 255, 255))
#: The same as a scanner of 16-bit greys would see them.
GREYS = (0x2000, 0x6080, 0xA0FF, 0xF000)

Array = NDArray[Any]

# How to lay a picture down so that the EXIF orientation turns it upright again.
LAID_DOWN = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, -1),
}


def quadrants(colours: tuple[Any, ...], size: tuple[int, int] = (WIDTH, HEIGHT)) -> Array:
    """Lay four colours or greys out as the quadrants of a picture of `size` (width, height)."""
    width, height = size
    four = np.array(colours).reshape(2, 2, -1)
    return four.repeat(height // 2, 0).repeat(width // 2, 1).astype(np.uint16)


SCENE = quadrants(COLOURS).astype(np.uint8)


def saved(picture: Array | Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(stream, kind, **options)
    return stream.getvalue()


def png(rows: Array, *, bits: int, colour_type: int, width: int) -> bytes:
    """Write what Pillow can't (PNG specification, 5 and 9): rows are big-endian bytes."""
    header = struct.pack(">IIBBBBB", width, len(rows), bits, colour_type, 0, 0, 0)
    filtered = np.pad(rows, ((0, 0), (1, 0)))  # filter 0 before each row
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(filtered.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def png16(picture: Array, colour_type: int) -> bytes:
    rows = picture.astype(">u2").reshape(len(picture), -1).view(np.uint8)
    return png(rows, bits=16, colour_type=colour_type, width=picture.shape[1])


def exif(orientation: int = 1) -> bytes:
    """EXIF with an orientation, a camera and a position."""
    tags = Image.Exif()
    tags[ExifTags.Base.Orientation] = orientation
    tags[ExifTags.Base.Make] = "Secret camera"
    tags.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (52.0, 31.0, 12.0)
    return tags.tobytes()


def laid_down(orientation: int, kind: str = "JPEG", **options: Any) -> bytes:
    """The scene as a camera held otherwise would store it."""
    turned = np.ascontiguousarray(LAID_DOWN[orientation](SCENE))
    return saved(turned, kind, exif=exif(orientation), **options)


# --- Display P3 -------------------------------------------------------------------------

_SRGB_TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)
_P3_TO_XYZ = np.array(
    [[0.4866, 0.2657, 0.1982], [0.2290, 0.6917, 0.0793], [0.0000, 0.0451, 1.0439]]
)
# Columns of P3's matrix adapted to D50, as profiles want it.
_P3_TO_XYZ_D50 = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
_WHITE_D50 = (0.9642, 1.0, 0.8249)
_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # of sRGB, as P3 has it too


def in_display_p3(picture: Array) -> Array:
    """Recode sRGB values as Display P3 ones, by the definitions of the two spaces."""
    values = picture / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    wide = linear @ (np.linalg.inv(_P3_TO_XYZ) @ _SRGB_TO_XYZ).T
    coded = np.where(wide <= 0.0031308, wide * 12.92, 1.055 * wide.clip(0) ** (1 / 2.4) - 0.055)
    return (coded * 255).round().clip(0, 255).astype(np.uint8)


def display_p3() -> bytes:
    """A minimal ICC profile (ICC.1:2010, 7 to 10) of Display P3."""

    def fixed(*numbers: float) -> bytes:
        return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)

    def text(words: str) -> bytes:
        coded = words.encode("utf-16-be")
        return (
            b"mluc" + struct.pack(">5I", 0, 1, 12, 0x656E5553, len(coded)) + b"\0\0\0\x1c" + coded
        )

    curve = b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + fixed(*_CURVE)
    tags = {
        b"desc": text("P3"),
        b"cprt": text("none"),
        b"wtpt": b"XYZ \0\0\0\0" + fixed(*_WHITE_D50),
    }
    for name, column in zip((b"r", b"g", b"b"), _P3_TO_XYZ_D50, strict=True):
        tags[name + b"XYZ"] = b"XYZ \0\0\0\0" + fixed(*column)
        tags[name + b"TRC"] = curve
    table, body, offset = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        padded = data + b"\0" * (-len(data) % 4)
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += padded
    header = struct.pack(">I4sI", offset + len(body), b"\0\0\0\0", 0x04000000)
    header += b"mntrRGB XYZ " + b"\0" * 12 + b"acsp" + b"\0" * 28 + fixed(*_WHITE_D50)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


# --- the corpus -------------------------------------------------------------------------


def _good() -> dict[str, bytes]:
    scene, black = Image.fromarray(SCENE), Image.new("RGB", (WIDTH, HEIGHT))
    cut_out = scene.convert("RGBA")  # the white quadrant is transparent black
    cut_out.paste((0, 0, 0, 0), (WIDTH // 2, HEIGHT // 2, WIDTH, HEIGHT))
    several = {"save_all": True, "append_images": [black]}
    p3 = {"icc_profile": display_p3()}
    return {
        "JPEG": saved(scene, "JPEG", quality=95),
        "progressive JPEG": saved(scene, "JPEG", quality=95, progressive=True),
        "CMYK JPEG": saved(scene.convert("CMYK"), "JPEG", quality=95),
        "JPEG rotated by EXIF": laid_down(6, quality=95),
        "JPEG with trailing bytes": saved(scene, "JPEG", quality=95) + b"trailing",
        "JPEG in Display P3": saved(in_display_p3(SCENE), "JPEG", quality=95, **p3),
        "JPEG with a broken profile": saved(scene, "JPEG", icc_profile=b"no profile at all"),
        "CMYK JPEG with an RGB profile": saved(scene.convert("CMYK"), "JPEG", **p3),
        "MPO of two": saved(scene, "MPO", quality=95, **several),
        "PNG": saved(scene, "PNG"),
        "PNG with a palette": saved(scene.quantize(), "PNG"),
        "PNG with transparency": saved(cut_out, "PNG"),
        "PNG in Display P3": saved(in_display_p3(SCENE), "PNG", **p3),
        "16-bit PNG": png16(quadrants(COLOURS) * 257, colour_type=2),
        "animated PNG": saved(scene, "PNG", **several),
        "WebP": saved(scene, "WEBP", quality=95),
        "lossless WebP with transparency": saved(cut_out, "WEBP", lossless=True),
        "animated WebP": saved(scene, "WEBP", quality=95, **several),
        "HEIC": saved(scene, "HEIF", quality=95),
        "HEIC rotated by EXIF": laid_down(6, "HEIF", quality=95),
        "AVIF": saved(scene, "AVIF", quality=95),
        "AVIF rotated by EXIF": laid_down(6, "AVIF", quality=95),
    }


def _bad() -> dict[str, tuple[bytes, Code]]:
    scene, small = Image.fromarray(SCENE), Image.new("RGB", (120, 90), "navy")
    jpeg, webp = GOOD["JPEG"], GOOD["WebP"]
    heic, truth = GOOD["HEIC"], GOOD["PNG"]
    bomb = png(np.zeros((12_000, 1500), np.uint8), bits=1, colour_type=0, width=12_000)
    gif = {"save_all": True, "append_images": [small.resize(scene.size)], "duration": 100}
    return {
        "no bytes": (b"", Code.EMPTY_FILE),
        "text named .jpg": (b"This is no picture at all.\n" * 20, Code.NOT_A_PICTURE),
        "a web page": (b"<!doctype html><html><body>No</body></html>", Code.NOT_A_PICTURE),
        "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", Code.NOT_A_PICTURE),
        "MP4": (b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + b"\0" * 99, Code.NOT_A_PICTURE),
        "12 MB": (jpeg.ljust(12_000_000, b"\0"), Code.FILE_TOO_LARGE),
        "144-megapixel PNG": (bomb, Code.TOO_MANY_PIXELS),
        "truncated JPEG": (jpeg[: len(jpeg) * 2 // 3], Code.BROKEN_PICTURE),
        "JPEG without pixels": (jpeg[:300], Code.BROKEN_PICTURE),
        "truncated PNG": (truth[: len(truth) * 2 // 3], Code.BROKEN_PICTURE),
        "truncated WebP": (webp[: len(webp) * 2 // 3], Code.BROKEN_PICTURE),
        "truncated HEIC": (heic[: len(heic) * 2 // 3], Code.BROKEN_PICTURE),
        "animated GIF": (saved(scene, "GIF", **gif), Code.UNSUPPORTED_FORMAT),
        "GIF": (saved(scene, "GIF"), Code.UNSUPPORTED_FORMAT),
        "BMP": (saved(scene, "BMP"), Code.UNSUPPORTED_FORMAT),
        "TIFF": (saved(scene, "TIFF"), Code.UNSUPPORTED_FORMAT),
        "tiny picture": (saved(small, "PNG"), Code.PICTURE_TOO_SMALL),
        "ribbon": (saved(Image.new("RGB", (9000, 300)), "PNG"), Code.PICTURE_TOO_SMALL),
    }


#: name -> bytes that normalise to SCENE
GOOD = _good()
#: name -> bytes and the code with which `normalise(…, max_bytes=MAX_BYTES)` refuses them
BAD = _bad()
