"""That a picture was made with AI is on it, whoever reads it."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import c2pa
import numpy as np
import pytest
from PIL import Image

from modera_bot.errors import PictureError
from modera_bot.images import SOURCE_TYPE, decode, encode, sheet, side_by_side
from modera_bot.marking import Credentials, Marker, credentials_in, labelled, mark
from modera_bot.pool import PicturePool

PICTURE = np.full((300, 240, 3), 90, np.uint8)
SOURCE = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"


@pytest.fixture(scope="module")
def pool() -> Iterator[PicturePool]:
    made = PicturePool(workers=1)
    yield made
    made.close()


@pytest.fixture(scope="module")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> Credentials:
    return credentials_in(tmp_path_factory.mktemp("data"))


def test_the_manifest_is_read_back_valid_and_says_how_the_picture_was_made(
    credentials: Credentials,
) -> None:
    marked = mark(encode(PICTURE), credentials)
    with c2pa.Reader("image/jpeg", io.BytesIO(marked)) as reader:
        assert reader.get_validation_state() == "Valid"
        told = json.loads(reader.json())
    manifest = told["manifests"][told["active_manifest"]]
    assert manifest["claim_generator_info"][0]["name"] == "modera-bot"
    assert manifest["signature_info"]["issuer"] == "modera-bot"
    (actions,) = manifest["assertions"]
    assert actions["data"]["actions"][0]["digitalSourceType"] == SOURCE_TYPE
    assert "thumbnail" not in manifest


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (side_by_side, (encode(PICTURE), encode(PICTURE))),
        (sheet, ([(1, encode(PICTURE)), (2, encode(PICTURE))],)),
    ],
    ids=["before and after", "history"],
)
def test_what_is_made_of_results_is_marked_as_they_are(
    credentials: Credentials, pool: PicturePool, function: Callable[..., bytes], args: tuple[Any]
) -> None:
    marked = Marker(credentials).drawn(pool, function, *args)
    with c2pa.Reader("image/jpeg", io.BytesIO(marked)) as reader:
        assert reader.get_validation_state() == "Valid"
    with Image.open(io.BytesIO(marked)) as opened:
        assert SOURCE_TYPE.encode() in opened.info["xmp"]


def test_a_picture_that_was_changed_afterwards_is_not_valid_any_more(
    credentials: Credentials,
) -> None:
    marked = bytearray(mark(encode(PICTURE), credentials))
    marked[-100] ^= 1
    with c2pa.Reader("image/jpeg", io.BytesIO(bytes(marked))) as reader:
        assert reader.get_validation_state() == "Invalid"


def test_xmp_says_it_too_and_the_pixels_are_the_same(credentials: Credentials) -> None:
    plain = encode(PICTURE)
    marked = mark(plain, credentials)
    with Image.open(io.BytesIO(marked)) as opened:
        xmp = opened.info["xmp"]
    tree = ElementTree.fromstring(xmp[xmp.index(b"<x:") : xmp.index(b"</x:xmpmeta>") + 12])
    found = [node.attrib[SOURCE] for node in tree.iter() if SOURCE in node.attrib]
    assert found == [SOURCE_TYPE]
    np.testing.assert_array_equal(decode(marked), decode(plain))


def test_the_key_is_made_once_and_is_nobody_elses_to_read(tmp_path: Path) -> None:
    first = credentials_in(tmp_path / "data")
    assert credentials_in(tmp_path / "data") == first
    assert (tmp_path / "data" / "c2pa.pem").stat().st_mode & 0o077 == 0
    assert credentials_in(tmp_path / "other").key != first.key
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["c2pa.pem"]


def test_by_choice_people_see_it_on_the_picture(pool: PicturePool) -> None:
    shown = labelled(PICTURE)
    assert shown.shape == PICTURE.shape
    assert (shown != PICTURE)[-40:, 100:].any()
    np.testing.assert_array_equal(shown[:200], PICTURE[:200])
    with_label, without = (Marker(None, label).finished(PICTURE, pool) for label in (True, False))
    assert with_label != without
    assert SOURCE_TYPE.encode() in without


def test_what_is_no_jpeg_is_not_marked(credentials: Credentials) -> None:
    with pytest.raises(PictureError):
        mark(b"no picture", credentials)
