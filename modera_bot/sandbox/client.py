"""People for tests: what a person does on the chat page, from Python.

    async with Sandbox(port=0) as sandbox, SandboxClient(sandbox.page_url) as client:
        ...                                        # start the bot at sandbox.base_url
        ann = await client.user("Ann", language="en")
        await ann.text("/start")
        await ann.wait_for("Welcome")              # substring, or a predicate on the message
        await ann.photo("garment.jpg", caption="This one")
        await ann.press("Try it on")               # by label or callback data, newest first
        result = await ann.wait_for(lambda m: "photo" in m, timeout=10)
        assert [c["method"] for c in await ann.calls()][-1] == "sendPhoto"

A picture is a path or bytes. `client.fault("sendPhoto", "429", seconds=2)` spoils a call.

Messages are the Bot API's own `Message` objects as dicts, plus `message["sandbox"]` with
`outgoing` (written by the person), `heard` (the bot has confirmed it), `reactions` and `revision`
(grows with every change).

`wait_for` looks at what the bot sent or edited since the person's last action, so an older message
with the same words does not count; `since=0` looks at everything.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import mimetypes
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import aiohttp

Json = dict[str, Any]
Picture = Path | str | bytes
T = TypeVar("T")
Wanted = str | Callable[[Json], object]


class SandboxError(Exception):
    """The sandbox refused what the person did, with Telegram's words."""


class SandboxClient:
    """A connection to a running sandbox, at its `page_url`."""

    def __init__(self, page_url: str) -> None:
        self._url = page_url.rstrip("/")
        self._changed: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self.answers: dict[str, Json] = {}
        self._session: aiohttp.ClientSession | None = None
        self._listener: asyncio.Task[None] | None = None

    async def __aenter__(self) -> SandboxClient:
        self._session = aiohttp.ClientSession()
        socket = await self._session.ws_connect(
            f"{self._url}/sandbox/events", timeout=aiohttp.ClientWSTimeout(ws_close=1)
        )
        self._listener = asyncio.create_task(self._listen(socket))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Hang up."""
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def user(self, first_name: str, language: str = "en") -> SandboxUser:
        """Somebody new, who has not yet written to the bot."""
        body = {"first_name": first_name, "language_code": language}
        answer = await self.request("POST", "users", json=body)
        return SandboxUser(self, answer["result"]["id"])

    async def users(self) -> list[SandboxUser]:
        """Everybody who is there."""
        state = await self.request("GET", "state")
        return [SandboxUser(self, user["id"]) for user in state["users"]]

    async def calls(self, chat_id: int | None = None) -> list[Json]:
        """Every Bot API call but getUpdates, oldest first, with its fields, time and status."""
        query = f"?chat_id={chat_id}" if chat_id else ""
        calls: list[Json] = await self.request("GET", f"calls{query}")
        return calls

    async def fault(self, method: str, kind: str, **more: Any) -> None:
        """Put a fault in force (see `modera_bot.sandbox.faults.Rule`)."""
        await self.request("POST", "faults", json={"method": method, "kind": kind} | more)

    async def clear_faults(self) -> None:
        """Take all faults back."""
        await self.request("DELETE", "faults")

    async def download(self, file_id: str) -> bytes:
        """The bytes of a file in a chat."""
        async with self._open.get(f"{self._url}/sandbox/files/{file_id}") as response:
            response.raise_for_status()
            return await response.read()

    async def request(self, verb: str, path: str, **more: Any) -> Any:
        """Call the people's side; raises SandboxError with the reason where it is refused."""
        url = f"{self._url}/sandbox/api/{path}"
        async with self._open.request(verb, url, **more) as response:
            answer = await response.json()
        if isinstance(answer, dict) and answer.get("ok") is False:
            raise SandboxError(answer["description"])
        return answer

    def changed(self, chat_id: int) -> asyncio.Event:
        """Set whenever something happens in a chat."""
        return self._changed[chat_id]

    @property
    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("use `async with SandboxClient(...)`")
        return self._session

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async with socket:
            async for frame in socket:
                event = json.loads(frame.data)
                if event["type"] in ("answer", "checkout"):
                    self.answers[event["query_id"]] = event
                if "chat_id" in event:
                    self._changed[event["chat_id"]].set()


class SandboxUser:
    """A person and their chat with the bot."""

    def __init__(self, client: SandboxClient, user_id: int) -> None:
        self._client = client
        self.id = user_id
        self._since = 0

    async def text(self, text: str, reply_to: int | None = None) -> Json:
        """Write."""
        message: Json = await self._act("text", json={"text": text, "reply_to": reply_to})
        return message

    async def photo(self, picture: Picture, caption: str | None = None) -> Json:
        """Send a picture as a photo: recompressed, as the apps do."""
        return (await self.album([picture], caption))[0]

    async def document(
        self, picture: Picture, name: str = "", mime: str = "", caption: str | None = None
    ) -> Json:
        """Send a file byte for byte."""
        form = _form([picture], caption, name, mime)
        message: Json = (await self._act("documents", data=form))[0]
        return message

    async def album(
        self, pictures: Sequence[Picture], caption: str | None = None, *, as_files: bool = False
    ) -> list[Json]:
        """Send two to ten photos (or files) at once."""
        action = "documents" if as_files else "photos"
        messages: list[Json] = await self._act(action, data=_form(pictures, caption))
        return messages

    async def sticker(self) -> Json:
        """Send a sticker."""
        message: Json = await self._act("sticker")
        return message

    async def voice(self) -> Json:
        """Send a voice message."""
        message: Json = await self._act("voice")
        return message

    async def location(self, latitude: float = 41.9, longitude: float = 12.5) -> Json:
        """Send a place."""
        place = {"latitude": latitude, "longitude": longitude}
        message: Json = await self._act("location", json=place)
        return message

    async def press(
        self,
        button: str,
        *,
        message_id: int | None = None,
        force: bool = False,
        timeout: float | None = None,  # noqa: ASYNC109 (how long to wait for the button)
    ) -> str:
        """Press the button with this label or data on the newest message that has it.

        `timeout`: wait so many seconds for it to appear. `force` with `message_id`: send this
        data even if the button is gone. Returns the query's id, for `answer_to`.
        """
        if force and message_id is not None:
            target = (message_id, button)
        else:
            found = await self._poll(lambda ms: _find_button(ms, button, message_id), timeout or 0)
            if found is None:
                raise SandboxError(f"no button {button!r} in the chat:\n{await self.transcript()}")
            target = found
        body = {"message_id": target[0], "data": target[1], "force": force}
        query_id: str = (await self._act("press", json=body))["query_id"]
        return query_id

    async def answer_to(self, query_id: str, timeout: float = 5) -> Json:  # noqa: ASYNC109
        """What the bot answered to a pressed button: `text`, `show_alert`, `url`."""
        answer = await self._poll(lambda _: self._client.answers.get(query_id), timeout)
        if answer is None:
            raise TimeoutError(f"the bot did not answer query {query_id} in {timeout} s")
        return answer

    async def pay(self, invoice: Json | str, *, early: bool = False) -> str:
        """Confirm an invoice, a message or a link; returns the query's id, for `checkout_of`."""
        target = {"link": invoice} if isinstance(invoice, str) else invoice
        body = {key: target[key] for key in ("link", "message_id") if key in target}
        query_id: str = (await self._act("pay", json=body | {"early": early}))["query_id"]
        return query_id

    async def checkout_of(self, query_id: str, timeout: float = 5) -> Json:  # noqa: ASYNC109
        """What the bot said to a wish to pay: `ok`, `error`."""
        return await self.answer_to(query_id, timeout)

    async def payments(self) -> list[Json]:
        """What the person has paid, the oldest first."""
        payments: list[Json] = (await self.chat())["payments"]
        return payments

    async def refund(self, charge_id: str) -> None:
        """Telegram gives the Stars back."""
        await self._act(f"payments/{charge_id}/refund")

    async def renew(self, charge_id: str) -> None:
        """A month of a subscription is over, and the next is paid."""
        await self._act(f"payments/{charge_id}/renew")

    async def cancel_subscription(self, charge_id: str) -> None:
        """End a subscription in Telegram's settings."""
        await self._act(f"payments/{charge_id}/cancel")

    async def hear_again(self, charge_id: str) -> None:
        """Have a payment delivered to the bot once more."""
        await self._act(f"payments/{charge_id}/again")

    async def block(self) -> None:
        """Block the bot."""
        await self._act("block", json={"blocked": True})

    async def unblock(self) -> None:
        """Let the bot write again."""
        await self._act("block", json={"blocked": False})

    async def speak(self, language: str) -> None:
        """Change the language of the app; the bot reads it in the next update."""
        await self._act("language", json={"language_code": language})

    async def messages(self) -> list[Json]:
        """The whole chat, oldest first."""
        messages: list[Json] = (await self.chat())["messages"]
        return messages

    async def chat(self) -> Json:
        """The chat as the page sees it: `messages`, `user`, `commands`, `description`..."""
        chat: Json = (await self._client.request("GET", f"users/{self.id}"))["result"]
        return chat

    async def last(self) -> Json:
        """The newest message of the bot."""
        return [m for m in await self.messages() if not m["sandbox"]["outgoing"]][-1]

    async def calls(self) -> list[Json]:
        """The Bot API calls that concerned this chat."""
        return await self._client.calls(self.id)

    async def wait_for(
        self,
        wanted: Wanted,
        timeout: float = 5,  # noqa: ASYNC109 (part of the question)
        *,
        since: int | None = None,
    ) -> Json:
        """The newest message of the bot that contains or fulfils `wanted`; waits for it.

        Raises:
            TimeoutError: it did not come; the text shows the chat as it is.
        """
        after = self._since if since is None else since
        found = await self._poll(lambda messages: _find(messages, wanted, after), timeout)
        if found is None:
            raise TimeoutError(
                f"no message like {wanted!r} in {timeout} s; the chat:\n{await self.transcript()}"
            )
        return found

    async def wait_until(
        self,
        condition: Callable[[list[Json]], object],
        timeout: float = 5,  # noqa: ASYNC109
    ) -> list[Json]:
        """Wait until the whole chat fulfils a condition; returns it.

        Raises:
            TimeoutError: it did not; the text shows the chat as it is.
        """
        found = await self._poll(lambda ms: ms if condition(ms) else None, timeout)
        if found is None:
            raise TimeoutError(f"not in {timeout} s; the chat:\n{await self.transcript()}")
        return found

    async def transcript(self) -> str:
        """The chat as text, for reading in a failed test."""
        return "\n".join(_line(message) for message in await self.messages())

    async def _act(self, action: str, **more: Any) -> Any:
        answer = await self._client.request("POST", f"users/{self.id}/{action}", **more)
        self._since = answer["revision"]
        return answer["result"]

    async def _poll(self, look: Callable[[list[Json]], T | None], seconds: float) -> T | None:
        """Look at the chat now and after every change until there is something, or time is up."""
        changed, deadline = self._client.changed(self.id), time.monotonic() + seconds
        while True:
            changed.clear()
            if (found := look(await self.messages())) is not None:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), min(left, 0.5))


def _find(messages: list[Json], wanted: Wanted, after: int) -> Json | None:
    for message in reversed(messages):
        if message["sandbox"]["outgoing"] or message["sandbox"]["revision"] <= after:
            continue
        text = message.get("text") or message.get("caption") or ""
        if wanted in text if isinstance(wanted, str) else wanted(message):
            return message
    return None


def _buttons(message: Json) -> list[Json]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]


def _find_button(
    messages: list[Json], wanted: str, message_id: int | None
) -> tuple[int, str] | None:
    for message in reversed(messages):
        if message_id not in (None, message["message_id"]):
            continue
        for button in _buttons(message):
            if "callback_data" in button and wanted in (button["text"], button["callback_data"]):
                return message["message_id"], button["callback_data"]
    return None


def _line(message: Json) -> str:
    who = message["from"]["first_name"]
    kinds = ("photo", "document", "sticker", "voice", "location")
    what = " ".join(f"[{kind}]" for kind in kinds if kind in message)
    text = message.get("text") or message.get("caption") or ""
    buttons = " ".join(f"<{button['text']}>" for button in _buttons(message))
    return f"  {who}: {what} {text} {buttons}".rstrip()


def _form(
    pictures: Sequence[Picture], caption: str | None, name: str = "", mime: str = ""
) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)  # names as they are, as browsers send them
    if caption:
        form.add_field("caption", caption)
    for picture in pictures:
        known = "photo.jpg" if isinstance(picture, bytes) else Path(picture).name
        data = picture if isinstance(picture, bytes) else Path(picture).read_bytes()
        kind = mime or mimetypes.guess_type(name or known)[0] or "application/octet-stream"
        form.add_field("file", io.BytesIO(data), filename=name or known, content_type=kind)
    return form
