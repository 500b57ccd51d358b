"""OpenAI, and servers that speak its language, over the official SDK (3.x).

Pictures: `images.edit`, or `images.generate` for servers that can only generate. Questions
about pictures: `responses` with a schema, or `chat.completions` where a server has no such
thing. https://developers.openai.com/api/reference
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modera_bot.config import OpenAISettings
from modera_bot.errors import Code, ModeraError, Refusal
from modera_bot.ml.metering import Call, Meter, Used
from modera_bot.ml.prices import Tokens, image_usd
from modera_bot.ml.transports.base import (
    Answer,
    ProviderError,
    Tick,
    patient,
    seconds_to_wait,
    unavailable,
)
from modera_bot.ml.transports.hosted import HostedTransport

if TYPE_CHECKING:
    import openai

OWN_ADDRESS = "https://api.openai.com/"
#: Codes of a 400 that say that the pictures were not liked.
REFUSALS = {"moderation_blocked", "content_policy_violation", "content_filter"}
#: Statuses by which a server says that it has no such call.
MISSING = {404, 405, 501}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture to be made: JPEG `pictures`, the person first; `size` is width and height."""

    prompt: str
    pictures: tuple[bytes, ...]
    size: tuple[int, int]
    quality: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """The bytes of a picture, as the provider says in JPEG, and the tokens it took."""

    data: bytes
    tokens: Tokens


class OpenAITransport(HostedTransport):
    """One account at OpenAI, or one server that is compatible."""

    def __init__(self, settings: OpenAISettings, meter: Meter, name: str = "openai") -> None:
        super().__init__(name, meter, retries=settings.retries)
        self._settings = settings
        self._paid = settings.base_url.startswith(OWN_ADDRESS)
        self._chats = False  # the server has no responses
        self._made: openai.AsyncOpenAI | None = None

    # --- pictures -----------------------------------------------------------------------

    def drawing_usd(self, size: tuple[int, int], quality: str) -> float:
        """What a picture is expected to cost."""
        settings = self._settings
        if settings.image_usd:
            return settings.image_usd
        area = size[0] * size[1] / 1024**2
        return image_usd(settings.model, quality) * area if self._paid else 0.0

    def edit(
        self,
        drawing: Drawing,
        *,
        partial: Callable[[bytes], None] | None = None,
        tick: Tick = patient,
    ) -> bytes:
        """Have the person of the first picture changed; `partial` gets what forms meanwhile,
        from another thread. Raises ProviderError or Refusal."""
        previews = self._settings.previews if partial else 0

        async def work(left: float) -> Drawn:
            files = [
                (f"{number}-{'garment' if number > 1 else 'person'}.jpg", data, "image/jpeg")
                for number, data in enumerate(drawing.pictures, start=1)
            ]
            arguments: dict[str, Any] = {
                "model": self._settings.model,
                "image": files,
                "prompt": drawing.prompt,
                "size": f"{drawing.size[0]}x{drawing.size[1]}",
                "quality": drawing.quality,
                "output_format": "jpeg",
                "n": 1,
                "timeout": left,
            }
            client = self._client()
            if not previews:
                return _drawn(await client.images.edit(**arguments))
            stream = await client.images.edit(**arguments, stream=True, partial_images=previews)
            return await _last(stream, partial)

        return self._draw(drawing, work, tick)

    def generate(self, drawing: Drawing, *, tick: Tick = patient) -> bytes:
        """Have a picture made from the prompt alone. Raises ProviderError or Refusal."""

        async def work(left: float) -> Drawn:
            return _drawn(
                await self._client().images.generate(
                    model=self._settings.model,
                    prompt=drawing.prompt,
                    size=f"{drawing.size[0]}x{drawing.size[1]}",
                    response_format="b64_json",
                    n=1,
                    timeout=left,
                )
            )

        return self._draw(drawing, work, tick)

    def _draw(self, drawing: Drawing, work: Any, tick: Tick) -> bytes:
        settings = self._settings
        price = self.drawing_usd(drawing.size, drawing.quality)

        def account(used: Used, drawn: Drawn) -> None:
            used.input_tokens, used.output_tokens = drawn.tokens.read, drawn.tokens.written
            used.price_usd = price + drawn.tokens.read * settings.input_usd_per_million / 1e6

        drawn: Drawn = self._call(
            Call("tryon", self.name, settings.model, price),
            work,
            account,
            seconds=settings.timeout_s,
            tick=tick,
        )
        return drawn.data

    # --- questions ----------------------------------------------------------------------

    def structured(
        self,
        prompt: str,
        pictures: Sequence[bytes],
        schema: type[Answer],
        *,
        role: str,
        tick: Tick = patient,
    ) -> Answer:
        """Answer `prompt` about JPEG `pictures` as a `schema`; see base.Vision."""
        settings = self._settings

        async def look(left: float) -> tuple[Answer, Tokens]:
            if not self._chats:
                try:
                    return await self._responded(prompt, pictures, schema, left)
                except _status_error() as error:
                    if error.status_code not in MISSING or self._paid:
                        raise
                    self._chats = True
            return await self._chatted(prompt, pictures, schema, left)

        return self._ask(role, settings, len(pictures), look, paid=self._paid, tick=tick)

    async def _responded(
        self, prompt: str, pictures: Sequence[bytes], schema: type[Answer], left: float
    ) -> tuple[Answer, Tokens]:
        content: list[Any] = [{"type": "input_text", "text": prompt}]
        content += [
            {"type": "input_image", "image_url": _data_url(data), "detail": "high"}
            for data in pictures
        ]
        response = await self._client().responses.parse(
            model=self._settings.vision_model,
            input=[{"role": "user", "content": content}],
            text_format=schema,
            store=False,  # nothing of a person stays there that need not
            timeout=left,
        )
        usage = response.usage
        tokens = Tokens(usage.input_tokens, usage.output_tokens) if usage else Tokens(0, 0)
        return _answered(response.output_parsed), tokens

    async def _chatted(
        self, prompt: str, pictures: Sequence[bytes], schema: type[Answer], left: float
    ) -> tuple[Answer, Tokens]:
        content: list[Any] = [{"type": "text", "text": prompt}]
        content += [
            {"type": "image_url", "image_url": {"url": _data_url(data)}} for data in pictures
        ]
        response = await self._client().chat.completions.parse(
            model=self._settings.vision_model,
            messages=[{"role": "user", "content": content}],
            response_format=schema,
            timeout=left,
        )
        usage = response.usage
        tokens = Tokens(usage.prompt_tokens, usage.completion_tokens) if usage else Tokens(0, 0)
        return _answered(response.choices[0].message.parsed), tokens

    # --- moderation ---------------------------------------------------------------------

    def flagged(self, pictures: Sequence[bytes], *, tick: Tick = patient) -> set[str]:
        """What should not be in JPEG `pictures`, in OpenAI's words; see moderation.Eye."""
        model = self._settings.moderation_model

        async def look(jpeg: bytes, left: float) -> set[str]:
            part: Any = {"type": "image_url", "image_url": {"url": _data_url(jpeg)}}
            answer = await self._client().moderations.create(
                model=model, input=[part], timeout=left
            )
            found = answer.results[0].categories.model_dump(by_alias=True)
            return {name for name, hit in found.items() if hit}

        async def work(left: float) -> set[str]:
            each = await asyncio.gather(*(look(jpeg, left) for jpeg in pictures))
            return set().union(*each)

        def account(used: Used, found: set[str]) -> None:
            """It is free."""

        seconds = self._settings.vision_timeout_s
        call = Call("moderation", self.name, model)
        return self._call(call, work, account, seconds=seconds, tick=tick, cheap=True)

    # --- the SDK ------------------------------------------------------------------------

    def warm(self) -> None:
        """Import the SDK, which takes a second."""
        self._client()

    def _client(self) -> openai.AsyncOpenAI:
        if self._made is None:
            self._made = self._open()
        return self._made

    def _open(self) -> openai.AsyncOpenAI:
        key = self._settings.api_key.get_secret_value()
        if not key and self._paid:
            raise unavailable("no key; write [inference.openai] api_key")
        try:
            import openai
        except ModuleNotFoundError as error:
            advice = "get it with: pip install 'modera-bot[openai]'"
            raise unavailable(f"{error.name} is not installed; {advice}") from error
        return openai.AsyncOpenAI(
            api_key=key or "none", base_url=self._settings.base_url, max_retries=0
        )

    async def disconnect(self) -> None:
        if self._made is not None:
            await self._made.close()

    def translated(self, error: Exception) -> ModeraError:
        """The SDK's error as ours."""
        import openai

        detail = f"{self.name}: {type(error).__name__}: {' '.join(str(error).split())[:300]}"
        if isinstance(error, openai.APIConnectionError):  # timeouts, too
            return _by_connection(error, detail)
        if isinstance(error, openai.APIStatusError):
            return _by_status(error, detail)
        code = error.code if isinstance(error, openai.APIError) else None  # told in a stream
        if code in REFUSALS or isinstance(error, openai.ContentFilterFinishReasonError):
            return Refusal(Code.BACKEND_REFUSED, detail)
        # unreadable: cut off, no JSON, or an answer without the form that was asked for
        return ProviderError(Code.BACKEND_FAILED, detail, accepted=True, passing=True)


def _by_connection(error: openai.APIConnectionError, detail: str) -> ProviderError:
    import openai

    late = isinstance(error, openai.APITimeoutError)
    sent = type(error.__cause__).__name__ not in ("ConnectError", "ConnectTimeout")
    code = Code.BACKEND_TIMEOUT if late else Code.BACKEND_UNAVAILABLE
    return ProviderError(code, detail, accepted=sent, passing=True)


def _by_status(error: openai.APIStatusError, detail: str) -> ModeraError:
    status = error.status_code
    if status == 400 and error.code in REFUSALS:
        return Refusal(Code.BACKEND_REFUSED, detail)
    if status in (401, 403, 404):
        return unavailable(f"{detail}; check api_key, base_url and model")
    if status == 429:
        passing = error.code != "insufficient_quota"
        return unavailable(
            detail, passing=passing, retry_after=seconds_to_wait(error.response.headers)
        )
    if status == 503:  # turned down before it was begun
        return unavailable(
            detail, passing=True, retry_after=seconds_to_wait(error.response.headers)
        )
    accepted = status >= 500  # it may have been done nevertheless
    return ProviderError(Code.BACKEND_FAILED, detail, accepted=accepted, passing=accepted)


def _status_error() -> type[openai.APIStatusError]:
    import openai

    return openai.APIStatusError


def _drawn(response: Any) -> Drawn:
    usage = response.usage
    tokens = Tokens(usage.input_tokens, usage.output_tokens) if usage else Tokens(0, 0)
    return Drawn(base64.b64decode(response.data[0].b64_json, validate=True), tokens)


async def _last(stream: AsyncIterator[Any], partial: Callable[[bytes], None] | None) -> Drawn:
    """The finished picture of a stream."""
    async for event in stream:
        if event.type == "image_edit.partial_image" and partial is not None:
            partial(base64.b64decode(event.b64_json, validate=True))
        elif event.type == "image_edit.completed":
            tokens = Tokens(event.usage.input_tokens, event.usage.output_tokens)
            return Drawn(base64.b64decode(event.b64_json, validate=True), tokens)
    raise ValueError("the stream ended before the picture was finished")


def _answered(answer: Answer | None) -> Answer:
    if answer is None:  # the model says in words that it won't
        raise Refusal(Code.BACKEND_REFUSED, "the model declined to answer")
    return answer


def _data_url(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
