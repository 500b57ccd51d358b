import io
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import ExifTags, Image

from modera_bot import images
from modera_bot.errors import PictureError
from tests.images import corpus

JPEG = images.encode(corpus.SCENE)
RED, BLUE, WHITE = (200, 40, 40), (40, 40, 200), (255, 255, 255)


def plain(colour: tuple[int, int, int], width: int, height: int) -> bytes:
    return images.encode(np.full((height, width, 3), colour, np.uint8))


def test_encoding_and_decoding_keep_the_colours() -> None:
    shown = images.decode(JPEG)
    assert shown.dtype == np.uint8
    assert shown.flags.writeable
    assert np.abs(shown.astype(int) - corpus.SCENE).mean() < 1


def test_decoding_broken_bytes_is_refused() -> None:
    with pytest.raises(PictureError):
        images.decode(JPEG[:1000])


def test_a_thumbnail_keeps_the_aspect_and_the_picture_upright() -> None:
    data = images.thumbnail(corpus.laid_down(6), 80)
    assert images.decode(data).shape == (60, 80, 3)
    assert len(data) < len(JPEG)


@pytest.mark.parametrize(
    ("before", "after"),
    [((300, 400), (300, 400)), ((300, 400), (600, 800)), ((800, 600), (300, 400))],
)
def test_before_and_after_stand_side_by_side_equally_high(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    both = images.decode(images.side_by_side(plain(RED, *before), plain(BLUE, *after)))
    height, width = both.shape[:2]
    assert height == 400
    left, right = both[:, : width // 4], both[:, -width // 6 :]
    assert left.mean((0, 1)) == pytest.approx(RED, abs=4)
    assert right.mean((0, 1)) == pytest.approx(BLUE, abs=4)
    between = np.flatnonzero((both > 240).all((0, 2)))
    assert 2 <= len(between) <= 0.02 * width
    parts = [before[0] / before[1], after[0] / after[1]]
    assert between[0] / (width - between[-1] - 1) == pytest.approx(parts[0] / parts[1], rel=0.02)


def test_two_large_pictures_side_by_side_stay_within_the_longest_edge() -> None:
    both = images.decode(images.side_by_side(plain(RED, 2560, 1440), plain(BLUE, 2560, 1440)))
    assert 2540 <= both.shape[1] <= images.MAX_EDGE


def test_numbers_stand_where_they_are_asked_for_and_inside_the_picture() -> None:
    places = [(0.25, 0.5), (0.75, 0.5), (1.0, 0.0)]
    shown = images.decode(images.numbered(plain(RED, 800, 600), places))
    assert shown.shape == (600, 800, 3)
    badge = np.abs(shown.astype(int) - RED).max(axis=2) > 60
    for x, y in ((200, 300), (600, 300), (773, 27)):
        assert badge[y - 24 : y + 25, x - 24 : x + 25].mean() > 0.7
    assert badge.mean() < 0.02  # the rest is the photo
    first, second = shown[275:325, 175:225], shown[275:325, 575:625]
    assert np.abs(first.astype(int) - second).max() > 200  # another figure


def test_numbers_grow_with_the_picture() -> None:
    large, small = (
        images.decode(images.numbered(plain(BLUE, 3 * side, 2 * side), [(0.5, 0.5)]))
        for side in (800, 200)
    )
    areas = [(np.abs(each.astype(int) - BLUE).max(axis=2) > 60).mean() for each in (large, small)]
    assert areas[0] == pytest.approx(areas[1], rel=0.1)


# --- the mark ---------------------------------------------------------------------------


def test_the_mark_names_the_source_type_in_xmp() -> None:
    xmp = Image.open(io.BytesIO(images.mark_ai_generated(JPEG))).info["xmp"]
    names = {
        "x": "adobe:ns:meta/",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    }
    description = ElementTree.fromstring(xmp).find("rdf:RDF/rdf:Description", names)
    assert description is not None
    assert (
        description.get("{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType")
        == "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
    )


def test_the_mark_says_so_in_words_in_exif() -> None:
    tags = Image.open(io.BytesIO(images.mark_ai_generated(JPEG))).getexif()
    assert "AI" in tags[ExifTags.Base.ImageDescription]
    assert tags[ExifTags.Base.Software] == "modera-bot"


def test_the_mark_leaves_the_pixels_as_they_are() -> None:
    marked = images.mark_ai_generated(JPEG)
    scan = JPEG.index(b"\xff\xda")
    assert marked.endswith(JPEG[scan:])
    assert (images.decode(marked) == images.decode(JPEG)).all()


def test_marking_twice_is_the_same_as_once() -> None:
    marked = images.mark_ai_generated(JPEG)
    assert images.mark_ai_generated(marked) == marked


def test_the_mark_replaces_metadata_of_others() -> None:
    marked = images.mark_ai_generated(corpus.laid_down(1))
    assert b"Secret camera" not in marked


def test_the_mark_goes_behind_the_jfif_header() -> None:
    assert images.mark_ai_generated(JPEG)[:4] == b"\xff\xd8\xff\xe0"


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", JPEG[:200], corpus.GOOD["PNG"]])
def test_only_a_jpeg_can_be_marked(data: bytes) -> None:
    with pytest.raises(PictureError):
        images.mark_ai_generated(data)


def test_a_sheet_has_its_pictures_in_rows_of_three_each_with_its_number() -> None:
    pictures = [(number, plain(RED if number % 2 else BLUE, 300, 400)) for number in range(1, 5)]
    shown = images.decode(images.sheet(pictures))
    height, width = shown.shape[:2]
    middles = [shown[height * row // 4, width * column // 6] for row in (1, 3) for column in (1, 3)]
    for middle, colour in zip(middles, (RED, BLUE, BLUE, WHITE), strict=True):
        np.testing.assert_allclose(middle, colour, atol=6)
    alone = images.decode(images.sheet(pictures[:1]))
    assert alone.shape[1] < width / 2
