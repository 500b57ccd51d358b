"""Pictures behind links, from a shop of our own that the tests declare public."""

import ipaddress
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiohttp import web
from yarl import URL

from modera_bot.app import App
from modera_bot.bot import links
from modera_bot.bot.links import LinkError, fetch, is_public, picture_of_page
from modera_bot.sandbox.client import SandboxUser
from tests.bot.tryon.conftest import TOP, WOMAN, is_result, photo, settle

LIMIT = 100_000


@dataclass
class Shop:
    """A server; `url` is its address under a name, as shops have one."""

    url: str
    asked: list[str]


@pytest.fixture
async def shop(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    asked: list[str] = []

    async def serve(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        match request.path:
            case "/top.jpg":
                return web.Response(body=photo(TOP), content_type="image/jpeg")
            case "/page":
                head = '<meta property="og:image" content="/top.jpg"><title>A top</title>'
                return web.Response(text=f"<html>{head}", content_type="text/html")
            case "/plain":
                return web.Response(text="<html><p>nothing", content_type="text/html")
            case "/moved":
                raise web.HTTPFound("/top.jpg")
            case "/away":
                raise web.HTTPFound("http://169.254.169.254/latest/meta-data")
            case "/round":
                raise web.HTTPFound("/round")
            case "/endless":
                response = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
                await response.prepare(request)
                for _ in range(100):
                    await response.write(bytes(LIMIT // 50))
                return response
            case "/data":
                return web.json_response({})
        raise web.HTTPNotFound

    application = web.Application()
    application.router.add_get("/{path:.*}", serve)
    runner = web.AppRunner(application)
    await runner.setup()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        await web.SockSite(runner, listener).start()
        strict = links._url

        def url(link: str) -> URL:
            ours = f"http://shop.test:{port}"
            return URL(link) if link.startswith(ours) else strict(link)

        async def resolve(
            self: object, host: str, *_: object, **__: object
        ) -> list[dict[str, object]]:
            assert host == "shop.test"
            place = {"hostname": host, "host": "127.0.0.1", "port": port}
            return [place | {"family": socket.AF_INET, "proto": 0, "flags": 0}]

        monkeypatch.setattr(links, "_url", url)
        monkeypatch.setattr(links._PublicResolver, "resolve", resolve)
        yield Shop(f"http://shop.test:{port}", asked)
        await runner.cleanup()


@pytest.mark.parametrize("path", ["/top.jpg", "/page", "/moved"])
async def test_a_picture_a_page_and_a_redirect_lead_to_the_picture(shop: Shop, path: str) -> None:
    assert await fetch(shop.url + path, LIMIT) == photo(TOP)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/plain", "link-no-picture"),
        ("/data", "link-no-picture"),
        ("/missing", "link-unreachable"),
        ("/round", "link-unreachable"),
        ("/away", "link-unreachable"),
        ("/endless", "error-file-too-large"),
    ],
)
async def test_what_is_no_picture_is_told_with_its_reason(shop: Shop, path: str, text: str) -> None:
    with pytest.raises(LinkError) as caught:
        await fetch(shop.url + path, LIMIT)
    assert caught.value.text_key == text


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1/top.jpg",
        "http://localhost/top.jpg",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://10.1.2.3/",
        "http://169.254.169.254/latest/meta-data",
        "http://0.0.0.0/",
        "http://example.org:6379/",
        "http://2130706433/",
        "http://0x7f.1/",
        "ftp://example.org/top.jpg",
        "file:///etc/passwd",
        "http://",
        "http://example.org:99999/",
    ],
)
async def test_nothing_private_can_be_reached(link: str) -> None:
    with pytest.raises(LinkError) as caught:
        await fetch(link, LIMIT)
    assert caught.value.text_key == "link-unreachable"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("::", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


def test_a_page_may_say_it_in_other_words() -> None:
    assert picture_of_page("<META name='twitter:image' content='a.jpg'>") == "a.jpg"
    assert picture_of_page("<meta property='og:image'><meta property='og:image:x'>") is None
    assert picture_of_page("<<<>< meta \x00") is None


async def test_a_link_is_a_garment_like_any_other(
    bot_app: App, anna: SandboxUser, shop: Shop
) -> None:
    await settle(bot_app, anna)
    await anna.text(f"how about this? {shop.url}/page")
    await anna.wait_for("Got the garment")
    await anna.photo(photo(WOMAN))

    await anna.wait_for(is_result)

    assert shop.asked == ["/page", "/top.jpg"]


async def test_a_link_that_leads_nowhere_is_answered_with_what_helps(
    bot_app: App, anna: SandboxUser, shop: Shop
) -> None:
    await settle(bot_app, anna)
    await anna.text(f"{shop.url}/plain")

    told = await anna.wait_for("no picture that I can read behind this link")

    assert "take a screenshot" in told["text"]


async def test_a_link_waits_for_consent_like_a_photo(
    bot_app: App, anna: SandboxUser, shop: Shop
) -> None:
    await anna.text("/start")
    await anna.press("English", timeout=5)
    await anna.wait_for("Nice to meet you")
    await anna.text(f"{shop.url}/top.jpg")
    await anna.wait_for("Before I take your photos")
    assert shop.asked == []

    await anna.press("Yes, I agree")

    await anna.wait_for("Got the garment")
