"""The chat page, its samples, and the files of the chats, for browsers."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from modera_bot.sandbox.world import World

HERE = Path(__file__).parent
PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif")
KINDS = ("people", "garments")


class Pages:
    """Everything a browser loads; names are looked up, never joined from what was asked."""

    def __init__(self, world: World, samples: Path | None) -> None:
        self._world = world
        self._assets = {path.name: path for path in (HERE / "page").iterdir() if path.is_file()}
        root = samples or HERE / "samples"
        self._samples = {
            f"{kind}/{path.name}": path
            for kind in KINDS
            for path in sorted((root / kind).glob("*.jpg"))
        }

    def routes(self) -> list[web.RouteDef]:
        """Where it listens."""
        return [
            web.get("/", self._index),
            web.get("/page/{name}", self._asset),
            web.get("/sandbox/api/samples", self._list_samples),
            web.get("/sandbox/samples/{name:.+}", self._sample),
            web.get("/sandbox/files/{id}", self._file),
        ]

    async def _index(self, request: web.Request) -> web.FileResponse:
        return _fresh(self._assets["index.html"])

    async def _asset(self, request: web.Request) -> web.FileResponse:
        return _fresh(_found(self._assets.get(request.match_info["name"])))

    async def _list_samples(self, request: web.Request) -> web.Response:
        return web.json_response(list(self._samples))

    async def _sample(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(_found(self._samples.get(request.match_info["name"])))

    async def _file(self, request: web.Request) -> web.FileResponse:
        """A file of a chat: pictures shown, everything else only downloaded (it may be a page)."""
        file = self._world.files.by_id.get(request.match_info["id"])
        if file is None:
            raise web.HTTPNotFound
        safe = file.mime in PICTURES
        shown = "inline" if safe and "download" not in request.query else "attachment"
        name = quote(file.name or Path(file.path).name)
        headers = {
            "Content-Type": file.mime if safe else "application/octet-stream",
            "Content-Disposition": f"{shown}; filename*=UTF-8''{name}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, max-age=3600",
        }
        return web.FileResponse(self._world.files.root / file.path, headers=headers)


def _found(path: Path | None) -> Path:
    if path is None:
        raise web.HTTPNotFound
    return path


def _fresh(path: Path) -> web.FileResponse:
    return web.FileResponse(path, headers={"Cache-Control": "no-cache"})
