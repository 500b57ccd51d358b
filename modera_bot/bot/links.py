"""Pictures behind links that people send: fetched as a stranger on the internet would.

    link ─► public http(s) only, at each redirect ─► a picture ─► its bytes
                                                 └─► a page ─► the picture it shows of itself

Nothing private can be reached: addresses are checked as they are resolved (OWASP, "Server-Side
Request Forgery Prevention"), sizes and times are bounded, nothing of ours is sent along.
"""

import asyncio
import ipaddress
import socket
from html.parser import HTMLParser
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

#: Seconds for everything, redirects included.
TIMEOUT_S = 20.0
REDIRECTS = 4
#: Most of a page that is read; what it says of itself stands at its beginning.
PAGE_BYTES = 512 * 1024
HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; modera-bot)", "Accept": "image/*,text/html"}
#: Addresses that lead on to IPv4 ones of any kind (RFC 6052).
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class LinkError(Exception):
    """No picture behind a link; `text_key` names the text that says why."""

    def __init__(self, text_key: str) -> None:
        super().__init__(text_key)
        self.text_key = text_key


async def fetch(link: str, limit: int) -> bytes:
    """The picture that a link leads to, at most `limit` bytes. Raises LinkError."""
    connector = aiohttp.TCPConnector(resolver=_PublicResolver())
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    try:
        async with (
            asyncio.timeout(TIMEOUT_S),
            aiohttp.ClientSession(connector=connector, timeout=timeout, headers=HEADERS) as http,
        ):
            kind, data, url = await _get(http, _url(link), limit)
            if kind == "text/html":
                shown = picture_of_page(data.decode(errors="replace"))
                if shown is None:
                    raise LinkError("link-no-picture")
                kind, data, _ = await _get(http, _url(urljoin(str(url), shown)), limit)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise LinkError("link-unreachable") from error
    if not kind.startswith("image/"):
        raise LinkError("link-no-picture")
    return data


def _url(link: str) -> URL:
    """An address that may be asked. Raises LinkError."""
    try:
        url = URL(link)
        port = url.port
    except ValueError as error:
        raise LinkError("link-unreachable") from error
    if url.scheme not in ("http", "https") or not url.host or port not in (80, 443):
        raise LinkError("link-unreachable")
    try:
        literal = ipaddress.ip_address(url.host)
    except ValueError:
        return url  # a name: checked when it is resolved
    if not is_public(literal):
        raise LinkError("link-unreachable")
    return url


async def _get(http: aiohttp.ClientSession, url: URL, limit: int) -> tuple[str, bytes, URL]:
    """Media type, content and final address."""
    for _ in range(REDIRECTS + 1):
        async with http.get(url, allow_redirects=False) as response:
            if response.status in (301, 302, 303, 307, 308):
                url = _url(urljoin(str(url), response.headers.get("Location", "")))
                continue
            response.raise_for_status()
            kind = response.content_type
            if kind == "text/html":
                return kind, await response.content.read(PAGE_BYTES), url
            return kind, await _read(response, limit), url
    raise LinkError("link-unreachable")


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_any():
        data += chunk
        if len(data) > limit:
            raise LinkError("error-file-too-large")
    return bytes(data)


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether anybody on the internet could reach the address."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_public(inner)
        if address in NAT64:
            return False
    return address.is_global and not address.is_multicast


class _PublicResolver(AbstractResolver):
    """Resolves names to public addresses only."""

    def __init__(self) -> None:
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        public = [one for one in found if is_public(ipaddress.ip_address(one["host"]))]
        if not public:
            raise OSError(f"{host} is not on the public internet")
        return public

    async def close(self) -> None:
        await self._resolver.close()


def picture_of_page(page: str) -> str | None:
    """The picture that a page shows of itself (Open Graph, `og:image`), None without one."""
    reader = _MetaReader()
    reader.feed(page)
    return reader.image


class _MetaReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.image: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        name = said.get("property") or said.get("name")
        if tag == "meta" and name in ("og:image", "og:image:secure_url", "twitter:image"):
            self.image = self.image or said.get("content")
