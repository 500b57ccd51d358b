"""Picture processes that all tests of the stylist share, since each takes a second to start."""

from collections.abc import Iterator

import pytest

from modera_bot.pool import PicturePool


@pytest.fixture(scope="session")
def pool() -> Iterator[PicturePool]:
    shared = PicturePool(workers=1)
    yield shared
    shared.close()
