from collections.abc import Iterator

import pytest
from PIL import Image

from modera_bot.pool import PicturePool
from tests.images import corpus, fuzz


@pytest.fixture(scope="module")
def pool() -> Iterator[PicturePool]:
    pool = PicturePool(workers=1)
    yield pool
    pool.close()


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"exif": corpus.exif(6)}),
        ("JPEG", {"progressive": True}),
        ("PNG", {"icc_profile": corpus.display_p3()}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("HEIF", {}),
        ("AVIF", {}),
    ],
)
def test_broken_bytes_are_refused_or_shown_and_never_surprise(
    pool: PicturePool, kind: str, options: dict[str, object]
) -> None:
    small = Image.fromarray(corpus.SCENE).resize((32, 24))
    assert pool.run(fuzz.surprises, corpus.saved(small, kind, **options)) == []
