import hashlib
import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image, JpegImagePlugin

from modera_bot import images
from modera_bot.errors import Code, PictureError
from modera_bot.pool import PicturePool
from tests.images import corpus


def quadrants_of(picture: np.ndarray) -> np.ndarray:
    """Mean colour of each quadrant, away from the borders between them."""
    height, width = picture.shape[:2]
    y, x, r = height // 4, width // 4, min(height, width) // 8
    return np.array(
        [picture[v - r : v + r, u - r : u + r].mean((0, 1)) for v in (y, 3 * y) for u in (x, 3 * x)]
    )


def normalised(data: bytes) -> images.Normalised:
    return images.normalise(data, max_bytes=corpus.MAX_BYTES)


def segments_of(jpeg: bytes) -> Iterator[int]:
    """Markers before the first scan."""
    position = 2
    while jpeg[position + 1] != 0xDA:
        yield jpeg[position + 1]
        position += 2 + int.from_bytes(jpeg[position + 2 : position + 4], "big")


@pytest.fixture(scope="module")
def pool() -> Iterator[PicturePool]:
    pool = PicturePool(workers=1)
    yield pool
    pool.close()


@pytest.mark.parametrize("name", corpus.GOOD)
def test_every_accepted_format_shows_the_same_scene(pool: PicturePool, name: str) -> None:
    result = pool.run(images.normalise, corpus.GOOD[name], max_bytes=corpus.MAX_BYTES)
    shown = images.decode(result.data)
    assert shown.shape == (corpus.HEIGHT, corpus.WIDTH, 3)
    assert quadrants_of(shown) == pytest.approx(np.array(corpus.COLOURS), abs=4)


@pytest.mark.parametrize("name", corpus.BAD)
def test_every_bad_upload_is_refused_with_its_reason(pool: PicturePool, name: str) -> None:
    data, code = corpus.BAD[name]
    with pytest.raises(PictureError) as caught:
        pool.run(images.normalise, data, max_bytes=corpus.MAX_BYTES)
    assert caught.value.code is code
    assert caught.value.permanent


@pytest.mark.parametrize("orientation", corpus.LAID_DOWN)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_the_orientation_is_applied_exactly_once(kind: str, orientation: int) -> None:
    shown = images.decode(normalised(corpus.laid_down(orientation, kind, quality=95)).data)
    assert shown.shape == (corpus.HEIGHT, corpus.WIDTH, 3)
    assert quadrants_of(shown) == pytest.approx(np.array(corpus.COLOURS), abs=4)


@pytest.mark.parametrize("name", corpus.GOOD)
def test_the_result_is_a_plain_jpeg_and_nothing_else(name: str) -> None:
    result = normalised(corpus.GOOD[name])
    written = Image.open(io.BytesIO(result.data))
    assert (written.format, written.mode, written.size) == (
        "JPEG",
        "RGB",
        (result.width, result.height),
    )
    assert JpegImagePlugin.get_sampling(written) == 0  # 4:4:4
    assert set(segments_of(result.data)) == {0xE0, 0xDB, 0xC0, 0xC4}  # no EXIF, ICC, comment
    assert result.data.endswith(b"\xff\xd9")
    assert result.sha256 == hashlib.sha256(result.data).hexdigest()


def test_comments_position_and_trailing_bytes_are_gone() -> None:
    data = corpus.saved(corpus.SCENE, "JPEG", exif=corpus.exif(), comment=b"at home") + b"hidden"
    assert b"Secret camera" in data
    result = normalised(data).data
    assert not [word for word in (b"Secret camera", b"at home", b"hidden") if word in result]


def test_sixteen_bit_greys_are_scaled_not_clipped() -> None:
    picture = corpus.quadrants(corpus.GREYS)
    shown = quadrants_of(images.decode(normalised(corpus.png16(picture, colour_type=0)).data))
    expected = np.array(corpus.GREYS).reshape(4, 1).repeat(3, 1) / 257
    assert shown == pytest.approx(expected, abs=3)


def test_half_transparent_pixels_blend_with_white() -> None:
    veil = Image.new("RGBA", (300, 300), (0, 0, 0, 128))
    shown = images.decode(normalised(corpus.saved(veil, "PNG")).data)
    assert shown.mean() == pytest.approx(127, abs=2)


def test_a_transparent_palette_entry_turns_white() -> None:
    picture = Image.new("P", (300, 300), 1)
    picture.putpalette([255, 0, 0, 0, 0, 0])
    shown = images.decode(normalised(corpus.saved(picture, "PNG", transparency=1)).data)
    assert shown.min() >= 253


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_large_pictures_shrink_to_the_longest_edge(kind: str) -> None:
    large = Image.fromarray(corpus.SCENE).resize((5400, 4050), Image.Resampling.NEAREST)
    result = normalised(corpus.saved(large, kind))
    assert (result.width, result.height) == (2560, 1920)
    shown = quadrants_of(images.decode(result.data))
    assert shown == pytest.approx(np.array(corpus.COLOURS), abs=4)


def test_small_pictures_are_not_blown_up() -> None:
    result = normalised(corpus.saved(Image.new("RGB", (200, 333)), "PNG"))
    assert (result.width, result.height) == (200, 333)


def test_a_normalised_picture_passes_again_at_the_same_size() -> None:
    first = normalised(corpus.saved(Image.new("RGB", (3000, 2001), "teal"), "JPEG"))
    second = normalised(first.data)
    assert (second.width, second.height) == (first.width, first.height) == (2560, 1708)


def test_pixels_up_to_the_limit_are_decoded_and_one_row_more_is_not() -> None:
    def grey(width: int, height: int) -> bytes:
        rows = np.full((height, width // 8), 0xFF, np.uint8)
        return corpus.png(rows, bits=1, colour_type=0, width=width)

    assert normalised(grey(10_000, images.MAX_PIXELS // 10_000)).width == 2560
    with pytest.raises(PictureError) as caught:
        normalised(grey(10_000, images.MAX_PIXELS // 10_000 + 1))
    assert caught.value.code is Code.TOO_MANY_PIXELS


def test_bytes_up_to_the_limit_are_accepted() -> None:
    data = corpus.GOOD["JPEG"]
    assert images.normalise(data, max_bytes=len(data)).width == corpus.WIDTH
    with pytest.raises(PictureError) as caught:
        images.normalise(data, max_bytes=len(data) - 1)
    assert caught.value.code is Code.FILE_TOO_LARGE


def test_odd_metadata_is_passed_over_in_silence(capfd: pytest.CaptureFixture[str]) -> None:
    tags = corpus.exif()
    data = corpus.saved(corpus.SCENE, "JPEG", exif=tags[: len(tags) // 3])
    pool = PicturePool(workers=1)  # one that writes its errors where this test reads them
    try:
        assert pool.run(images.normalise, data, max_bytes=len(data)).width == corpus.WIDTH
    finally:
        pool.close()
    assert capfd.readouterr().err == ""
