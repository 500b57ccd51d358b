"""What becomes of a picture that somebody sends as a photo."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from modera_bot.images import MAX_PIXELS
from modera_bot.sandbox.photos import renditions, thumbnail
from modera_bot.sandbox.refusals import Refusal


def picture(size: tuple[int, int], kind: str = "PNG", mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **more)
    return out.getvalue()


def sizes(data: bytes, edge: int = 1280) -> list[tuple[int, int]]:
    return [(r.width, r.height) for r in renditions(data, edge=edge, by_app=True)]


def test_a_big_picture_is_shrunk_to_what_the_apps_send() -> None:
    assert sizes(picture((3000, 1500))) == [(90, 45), (320, 160), (800, 400), (1280, 640)]
    assert sizes(picture((3000, 1500)), edge=2560)[-1] == (2560, 1280)


def test_a_small_picture_keeps_its_size() -> None:
    assert sizes(picture((100, 60))) == [(90, 54), (100, 60)]
    assert sizes(picture((40, 60))) == [(40, 60)]


def test_a_picture_is_turned_upright_and_loses_its_metadata() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # Orientation: turned by a quarter
    exif[0x010E] = "where I live"
    (made,) = renditions(picture((60, 40), "JPEG", exif=exif), edge=1280, by_app=True)

    assert (made.width, made.height) == (40, 60)
    assert b"where I live" not in made.data


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "HEIF", "AVIF"])
def test_whatever_a_phone_has_arrives_as_jpeg(kind: str) -> None:
    (made,) = renditions(picture((64, 64), kind), edge=1280, by_app=True)

    assert made.data[:3] == b"\xff\xd8\xff"


def test_what_is_transparent_becomes_white() -> None:
    data = picture((8, 8), mode="RGBA")
    (made,) = renditions(data, edge=1280, by_app=True)

    with Image.open(io.BytesIO(made.data)) as shown:
        assert np.asarray(shown.convert("L")).min() > 250


def test_an_app_shrinks_what_a_bot_may_not_send() -> None:
    data = picture((8000, 4000), mode="1")

    assert sizes(data)[-1] == (1280, 640)
    with pytest.raises(Refusal, match="PHOTO_INVALID_DIMENSIONS"):
        renditions(data, edge=1280, by_app=False)


@pytest.mark.parametrize("looks_first", ["the sandbox", "Pillow"])
def test_more_pixels_than_are_decoded_anywhere_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, looks_first: str
) -> None:
    limit = None if looks_first == "the sandbox" else MAX_PIXELS
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    data = picture((10_000, MAX_PIXELS // 10_000 + 1), mode="1")

    with pytest.raises(Refusal, match=r"more than 50 megapixels.*send it as a file"):
        renditions(data, edge=1280, by_app=True)
    with pytest.raises(Refusal, match="PHOTO_INVALID_DIMENSIONS"):
        renditions(data, edge=1280, by_app=False)
    assert thumbnail(data) is None


def test_as_many_pixels_as_the_bot_reads_can_be_sent() -> None:
    assert sizes(picture((10_000, MAX_PIXELS // 10_000), mode="1"))[-1] == (1280, 640)


@pytest.mark.parametrize("data", [b"", b"text", picture((64, 64))[:60]])
def test_what_is_no_picture_is_refused_as_a_photo_and_has_no_preview(data: bytes) -> None:
    with pytest.raises(Refusal, match="IMAGE_PROCESS_FAILED"):
        renditions(data, edge=1280, by_app=True)
    assert thumbnail(data) is None
