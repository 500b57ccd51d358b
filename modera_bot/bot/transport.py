"""Bot API transport over aiohttp.

httpx's connection pool saturates at a few hundred concurrent calls; aiohttp's does not.
"""

import io
from typing import Any

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

#: Connections to the Bot API server; more than Telegram lets one bot use in a second.
CONNECTIONS = 256
FORM = "application/x-www-form-urlencoded"
#: What comes back with a message that we have sent, and nobody reads.
ECHOED = ("from", "entities", "caption_entities", "reply_markup")


class Unanswered(NetworkError):
    """The call went out and no answer came: it may have been done, so it isn't repeated blindly."""


class AiohttpRequest(BaseRequest):
    """What python-telegram-bot sends its calls through. Times are in seconds.

    aiohttp has no time limit for writing: a call with files gets `media_timeout` in all.
    """

    def __init__(
        self,
        *,
        connect_timeout: float = 10,
        read_timeout: float = 20,
        media_timeout: float = 90,
        trust_env: bool = False,
    ) -> None:
        """`trust_env` obeys HTTP_PROXY, HTTPS_PROXY and NO_PROXY of the environment."""
        self._connect_timeout, self._read_timeout = connect_timeout, read_timeout
        self._media_timeout = media_timeout
        self._trust_env = trust_env
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return self._read_timeout

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),  # looking for some takes time at each call
                headers={"User-Agent": self.USER_AGENT},
                trust_env=self._trust_env,
            )

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Without what only repeats what we have sent: objects of it cost much of a call."""
        answer = BaseRequest.parse_json_payload(payload)
        if isinstance(result := answer.get("result"), dict):
            for name in ECHOED:
                result.pop(name, None)
        return answer

    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise RuntimeError("the transport is not initialized")
        files = request_data is not None and request_data.contains_files
        limit = aiohttp.ClientTimeout(
            total=self._media_timeout if files else None,
            sock_connect=_given(connect_timeout, self._connect_timeout),
            sock_read=_given(read_timeout, None if files else self._read_timeout),
        )
        try:
            async with self._session.request(
                method, url, data=_body(request_data), timeout=limit
            ) as response:
                return response.status, await response.read()
        except aiohttp.ClientConnectionError as error:
            if isinstance(error, aiohttp.ConnectionTimeoutError | aiohttp.ClientConnectorError):
                raise NetworkError(f"can't connect: {error}") from error
            if isinstance(error, TimeoutError):
                raise TimedOut("no answer in time") from error
            raise Unanswered(f"the connection broke: {error!r}") from error
        except TimeoutError as error:
            raise TimedOut("no answer in time") from error
        except aiohttp.ClientError as error:
            raise Unanswered(f"no sound answer: {error!r}") from error


def _given(value: Any, default: float | None) -> float | None:
    return default if value is BaseRequest.DEFAULT_NONE else value


def _body(request_data: RequestData | None) -> aiohttp.FormData | aiohttp.Payload | None:
    """Multipart when there are files, else urlencoded; None for a call without parameters."""
    if request_data is None:
        return None
    if not request_data.contains_files:  # a form of aiohttp takes three times as long
        encoded = request_data.url_encoded_parameters().encode()
        return aiohttp.BytesPayload(encoded, content_type=FORM) if encoded else None
    parameters = request_data.json_parameters
    form = aiohttp.FormData(quote_fields=False)
    for name, value in parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in request_data.multipart_data.items():
        # aiohttp would rather stream what is large, and warns about bytes
        part = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, part, filename=filename, content_type=mime)
    return form
