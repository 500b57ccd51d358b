import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from modera_bot.errors import StorageError
from modera_bot.storage import Storage
from modera_bot.storage.local import LocalStorage
from tests.servers.seaweedfs import SeaweedFS, seaweedfs

__all__ = ["seaweedfs"]

SECRET = b"a secret of the tests"


@contextmanager
def served(folder: Path) -> Iterator[LocalStorage]:
    """A local storage whose signed addresses are really served, on a port of its own."""

    class Media(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            key = address.path.removeprefix("/media/")
            query = {name: values[-1] for name, values in parse_qs(address.query).items()}
            try:
                genuine = pictures.verify(key, int(query["expires"]), query["signature"])
                data = pictures.get(key) if genuine else None
            except (KeyError, ValueError, StorageError):
                data = None
            self.send_response(403 if data is None else 200)
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Media) as server:
        pictures = LocalStorage(
            folder,
            public_url=f"http://127.0.0.1:{server.server_port}",
            secret=SECRET,
            url_seconds=900,
        )
        thread = threading.Thread(target=server.serve_forever, args=(0.005,))
        thread.start()
        yield pictures
        server.shutdown()
        thread.join()


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalStorage]:
    with served(tmp_path / "pictures") as storage:
        yield storage


@pytest.fixture(params=["local", "s3"])
def storage(request: pytest.FixtureRequest) -> Iterator[Storage]:
    if request.param == "local":
        yield request.getfixturevalue("local")
        return
    service: SeaweedFS = request.getfixturevalue("seaweedfs")
    storage = service.storage()
    yield storage
    for key in storage.keys(""):
        storage.delete(key)
