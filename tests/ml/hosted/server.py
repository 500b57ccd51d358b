"""A strict local server that stands in for a provider: it answers what it is told to answer.

Whatever a request has that the provider doesn't know, or lacks, is a fault of the test.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def parts(self) -> list[tuple[str, str | None, bytes]]:
        """Name, file name and content of each part of a form, in their order."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        message = BytesParser().parsebytes(head + self.body)
        assert message.is_multipart()
        found = []
        for part in message.get_payload():
            name = part.get_param("name", header="content-disposition")
            found.append((str(name), part.get_filename(), part.get_payload(decode=True)))
        return found


@dataclass(frozen=True)
class Reply:
    """An answer; a body given in pieces is sent with pauses of `pause_s` between them."""

    status: int = 200
    body: Any = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    pause_s: float = 0.0
    cut: bool = False  # the connection ends before the body does


def told(value: Any, status: int = 200, **more: Any) -> Reply:
    return Reply(status, json.dumps(value).encode(), **more)


Answer = Reply | Callable[[Request], Reply]


class FakeServer:
    """Answers with the next of `script`, or by `usual` when that is empty."""

    def __init__(self, usual: Callable[[Request], Reply]) -> None:
        self.usual = usual
        self.script: list[Answer] = []
        self.requests: list[Request] = []
        self.faults: list[str] = []
        self.released = threading.Event()

    def reset(self) -> None:
        self.script.clear()
        self.requests.clear()
        self.faults.clear()

    def answer(self, request: Request) -> Reply:
        answer = self.script.pop(0) if self.script else None
        try:
            checked = self.usual(request)
        except Exception as error:
            self.faults.append(f"{request.path}: {error!r}")
            checked = told({"error": {"message": f"strict: {error}", "code": "strict"}}, 400)
            answer = None
        self.requests.append(request)
        if answer is None:
            return checked
        return answer if isinstance(answer, Reply) else answer(request)

    def hang(self, request: Request) -> Reply:
        """Never answer; until the test is over."""
        self.released.wait(30)
        return told({}, 500)


@contextmanager
def serving(fake: FakeServer) -> Iterator[str]:
    """Serve on a free port of 127.0.0.1; yields the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = fake.answer(Request(self.path, headers, self.rfile.read(length)))
            pieces = reply.body if isinstance(reply.body, list) else [reply.body]
            size = sum(map(len, pieces)) + (100 if reply.cut else 0)
            try:
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.kind)
                self.send_header("Content-Length", str(size))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for piece in pieces:
                    self.wfile.write(piece)
                    self.wfile.flush()
                    if reply.pause_s and fake.released.wait(reply.pause_s):
                        break
            except OSError:
                pass  # whoever asked has given up
            self.close_connection = reply.cut or self.close_connection

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Connections that are given up are no news."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        fake.released.set()
        server.shutdown()
        server.server_close()
