"""Other web sites and other computers get nothing."""

from __future__ import annotations

import aiohttp
import pytest
from yarl import URL

from modera_bot.sandbox.client import SandboxUser
from modera_bot.sandbox.server import Sandbox


async def ask(sandbox: Sandbox, path: str, headers: dict[str, str], verb: str = "GET") -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.request(verb, f"{sandbox.page_url}{path}", headers=headers) as response,
    ):
        return response.status


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
async def test_a_name_that_only_points_here_is_refused(sandbox: Sandbox, host: str) -> None:
    assert await ask(sandbox, "sandbox/api/state", {"Host": host}) == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
async def test_loopback_names_are_welcome(sandbox: Sandbox, host: str) -> None:
    assert await ask(sandbox, "", {"Host": f"{host}:{sandbox.port}"}) == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_requests_of_other_sites_are_refused(sandbox: Sandbox, origin: str) -> None:
    assert await ask(sandbox, "sandbox/api/users", {"Origin": origin}, "POST") == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_picture_on_another_site_cannot_call_the_bot_api(
    sandbox: Sandbox, site: str
) -> None:
    path = f"bot{sandbox.token}/setWebhook?url=https://evil.example"
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}

    assert await ask(sandbox, path, headers) == 403
    assert await ask(sandbox, path, headers | {"Sec-Fetch-Mode": "navigate"}) == 403


async def test_a_link_to_the_page_can_be_followed(sandbox: Sandbox) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}

    assert await ask(sandbox, "", headers) == 200


async def test_a_socket_for_another_site_is_refused(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect(
                f"{sandbox.page_url}sandbox/events", headers={"Origin": "https://evil.example"}
            )
    assert caught.value.status == 403


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "example.org"])
def test_it_listens_on_loopback_only(host: str) -> None:
    with pytest.raises(ValueError, match="loopback only"):
        Sandbox(host=host)


async def test_the_page_may_load_only_from_here(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session, session.get(sandbox.page_url) as page:
        policy = page.headers["Content-Security-Policy"]
        assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


async def test_a_document_of_a_chat_is_never_shown_as_a_page(
    sandbox: Sandbox, anna: SandboxUser
) -> None:
    message = await anna.document(b"<script>alert(1)</script>", "a.html", "text/html")
    url = f"{sandbox.page_url}sandbox/files/{message['document']['file_id']}"

    async with aiohttp.ClientSession() as session, session.get(url) as file:
        assert file.headers["Content-Type"] == "application/octet-stream"
        assert file.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in file.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    ["page/../server.py", "page/%2e%2e%2fserver.py", "sandbox/samples/../../server.py"],
)
async def test_nothing_beside_the_page_can_be_read(sandbox: Sandbox, path: str) -> None:
    url = URL(f"{sandbox.page_url}{path}", encoded=True)
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.status == 404
