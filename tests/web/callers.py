"""Calls to the API as its callers make them."""

import asyncio
import uuid
from dataclasses import dataclass
from typing import Any

import aiohttp

from modera_bot.app import App
from modera_bot.sandbox.client import SandboxUser
from tests.bot.people import known
from tests.bot.tryon.conftest import TOP, WOMAN, photo, settle

FASHION = "/api/v1/fashion"


@dataclass
class Caller:
    """Somebody with a token who acts for one person."""

    http: aiohttp.ClientSession
    headers: dict[str, str]
    user_id: int

    @classmethod
    async def of(
        cls, app: App, http: aiohttp.ClientSession, headers: dict[str, str], person: SandboxUser
    ) -> "Caller":
        await settle(app, person)
        return cls(http, headers, (await known(app, person)).id)

    async def call(self, verb: str, path: str, **more: Any) -> tuple[int, Any]:
        """Status and answer; a path without a slash in front is one of the fashion contracts."""
        url = path if path.startswith("/") else f"{FASHION}/{path}"
        async with self.http.request(verb, url, headers=self.headers, **more) as answer:
            return answer.status, await answer.json()

    async def upload(self, data: bytes) -> str:
        """Bring a photo in; returns its key."""
        query = f"preprocess-image?user_id={self.user_id}"
        status, answer = await self.call("POST", query, data=data)
        assert status == 201, answer
        return str(answer["image_url"])

    async def begin(self, **changes: Any) -> tuple[int, Any]:
        """Ask for a try-on of two photos that can be used, unless told otherwise."""
        body = {"user_id": self.user_id, "session_id": str(uuid.uuid4())} | changes
        if "clothing_image_url" not in body:
            body["clothing_image_url"] = await self.upload(photo(TOP))
        if "person_image_url" not in body:
            body["person_image_url"] = await self.upload(photo(WOMAN))
        return await self.call("POST", "virtual-tryon", json=body)

    async def status(self, session_id: str, kind: str = "tryon") -> tuple[int, Any]:
        return await self.call("GET", f"{kind}-status/{session_id}?user_id={self.user_id}")

    async def ended(self, session_id: str, kind: str = "tryon") -> Any:
        """The status once the job has ended."""
        async with asyncio.timeout(20):
            while True:
                status, answer = await self.status(session_id, kind)
                assert status == 200, answer
                if answer["status"] not in ("queued", "running"):
                    return answer
                await asyncio.sleep(0.05)
