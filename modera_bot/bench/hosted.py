"""What a hosted try-on takes beside the provider's own time, and how quick a repeated one is.

The provider is a stand-in on 127.0.0.1 that holds each answer back for a known time; the SDK,
HTTP, and everything around are the bot's own.
"""

from __future__ import annotations

import base64
import json
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from pydantic import SecretStr

from modera_bot.config import OpenAISettings, Settings, StorageSettings
from modera_bot.contracts import Category, GarmentRef, TryOnRequest, TryOnResult
from modera_bot.db import Database, pictures, sessions, tryons, users
from modera_bot.db.migrate import upgrade
from modera_bot.db.schema import now
from modera_bot.images import decode, encode
from modera_bot.ml.backends import load
from modera_bot.ml.base import BackendContext, GarmentPicture, Picture, TryOnBackend, TryOnTask
from modera_bot.ml.cache import ResultCache
from modera_bot.pool import PicturePool
from modera_bot.storage import open_storage

#: Seconds that the stand-in takes for a picture; the real ones take longer.
PROVIDER_S = 2.0
#: Width and height of the photo in pixels.
SIZE = 1024, 1536
PERSON, GARMENT = "people/ana_tee_logo.jpg", "garments/long_plaid.jpg"


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians and maxima, in seconds: of all that is not the provider, and of a cache hit."""

    overhead: float
    longest_overhead: float
    cache_hit: float
    longest_cache_hit: float


def measure(settings: Settings, repeat: int) -> Figures:
    """Make try-ons one after the other. Raises ModeraError(MODELS_MISSING)."""
    photo, garment = (_sample(name) for name in (PERSON, GARMENT))
    task = TryOnTask(
        np.asarray(cv2.resize(photo, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8),
        (GarmentPicture(garment, Category.TOPS),),
    )
    pool = PicturePool(workers=settings.pictures.processes)
    with _provider(task.person) as address:
        own = OpenAISettings(
            api_key=SecretStr("none"), base_url=f"{address}/v1", previews=0, provider=""
        )
        inference = settings.inference.model_copy(update={"openai": own})
        configured = settings.model_copy(update={"inference": inference})
        backend = load("openai")(BackendContext(pool, configured))
        try:
            backend.tryon(task)  # the first one loads networks, SDK and all
            overheads = [_seconds(backend, task) - PROVIDER_S for _ in range(repeat)]
            hits = _hits(backend, encode(task.person), repeat)
        finally:
            backend.close()
            pool.close()
    return Figures(statistics.median(overheads), max(overheads), statistics.median(hits), max(hits))


def table(figures: Figures) -> str:
    """The figures to read."""
    rows = (
        ("around a hosted call", figures.overhead, figures.longest_overhead),
        ("a result from before", figures.cache_hit, figures.longest_cache_hit),
    )
    lines = [f"{'':22}{'median':>10}{'longest':>10}"]
    lines += [
        f"{name:22}{1000 * median:>7.0f} ms{1000 * longest:>7.0f} ms"
        for name, median, longest in rows
    ]
    return "\n".join(lines)


def _seconds(backend: TryOnBackend, task: TryOnTask) -> float:
    begun = time.perf_counter()
    backend.tryon(task)
    return time.perf_counter() - begun


def _hits(backend: TryOnBackend, result: bytes, repeat: int) -> list[float]:
    """How long it takes to find and copy a result that was made before."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        database = Database(f"sqlite:///{folder}/bench.db")
        upgrade(database)
        storage = open_storage(StorageSettings(folder=folder / "pictures"), b"bench")
        cache = ResultCache(database, storage)
        request = TryOnRequest(
            person_key="users/1/photos/p.jpg", garments=(GarmentRef(key="users/1/photos/g.jpg"),)
        )
        kept = TryOnResult(
            tryon_id="0" * 32,
            result_key="users/1/results/r.jpg",
            backend=backend.name,
            draft=False,
            categories=(Category.TOPS,),
            width=SIZE[0],
            height=SIZE[1],
            seconds=0.0,
        )
        with database.begin() as connection:
            user = users.remember(connection, 1, first_name="bench", last_name=None, username=None)
            session = sessions.start(connection, user.id, "tryon", "tryon_result")
            for key in (request.person_key, request.garments[0].key, kept.result_key):
                pictures.add(
                    connection,
                    key=key,
                    user_id=user.id,
                    purpose="photo",
                    sha256=key,
                    width=1,
                    height=1,
                    expires_at=now() + timedelta(days=1),
                )
        storage.put(kept.result_key, result, "image/jpeg")
        found = cache.fingerprint(user.id, request, backend)
        with database.begin() as connection:
            tryons.add(
                connection,
                result=kept,
                user_id=user.id,
                session_id=session.id,
                clothing_key=request.garments[0].key,
                person_key=request.person_key,
                credits_used=0,
                fingerprint=found,
            )
        seconds = []
        for number in range(repeat):
            begun = time.perf_counter()
            again = cache.find(user.id, cache.fingerprint(user.id, request, backend) or "")
            assert again is not None
            storage.put(f"users/1/results/copy-{number}.jpg", again.data, "image/jpeg")
            seconds.append(time.perf_counter() - begun)
        database.close()
    return seconds


@contextmanager
def _provider(person: Picture) -> Iterator[str]:
    """Answers each edit with a picture of the person in other clothes, after PROVIDER_S."""
    made = person.copy()
    height, width = made.shape[:2]
    made[height * 2 // 5 : height * 3 // 5, width * 2 // 5 : width * 3 // 5] = (40, 90, 160)
    data = base64.b64encode(encode(made)).decode()
    body = json.dumps({"created": 1, "data": [{"b64_json": data}]}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            begun = time.perf_counter()
            self.rfile.read(int(self.headers["content-length"]))
            time.sleep(max(0.0, PROVIDER_S - (time.perf_counter() - begun)))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _sample(name: str) -> Picture:
    return decode((files("modera_bot.sandbox") / "samples" / name).read_bytes())
