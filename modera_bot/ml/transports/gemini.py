"""Google's models over the official SDK (google-genai 3.x): Gemini, and try-on on Vertex AI.

Blocks are no errors there: an answer without parts says why in other fields.
https://ai.google.dev/gemini-api/docs/image-generation
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modera_bot.config import GeminiSettings, VertexSettings
from modera_bot.errors import Code, ModeraError, Refusal
from modera_bot.ml.metering import Call, Meter, Used
from modera_bot.ml.prices import DEAREST_IMAGE_USD, Tokens, image_usd
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
    import httpx2
    from google import genai
    from google.genai import types
    from google.genai.errors import APIError

OWN_ADDRESS = "https://generativelanguage.googleapis.com"
#: The ends of an answer that say that the pictures were not liked.
REFUSALS = {
    "SAFETY",
    "PROHIBITED_CONTENT",
    "BLOCKLIST",
    "SPII",
    "RECITATION",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "MODEL_ARMOR",
    "JAILBREAK",
}
#: Seconds to reach the server in.
CONNECT_S = 10.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture to be made: JPEG `pictures`, the person first; `ratio` like "3:4"."""

    prompt: str
    pictures: tuple[bytes, ...]
    ratio: str
    size: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """The bytes of a picture and the tokens it took."""

    data: bytes
    tokens: Tokens


class GoogleTransport(HostedTransport):
    """What both of Google's services share."""

    def __init__(self, name: str, meter: Meter, *, retries: int) -> None:
        super().__init__(name, meter, retries=retries)
        self._made: genai.Client | None = None
        self._http: httpx2.AsyncClient | None = None

    def warm(self) -> None:
        """Import the SDK, which takes a second."""
        self._client()

    def _client(self) -> genai.Client:
        if self._made is None:
            try:
                from google import genai  # noqa: F401
            except ImportError as error:
                advice = "get it with: pip install 'modera-bot[gemini]'"
                raise unavailable(f"google-genai is not installed; {advice}") from error
            self._made = self._open()
        return self._made

    @abstractmethod
    def _open(self) -> genai.Client:
        """The SDK's client for this account."""

    def _options(self, base_url: str) -> types.HttpOptions:
        """How the SDK speaks HTTP: it retries nothing unless asked, nor do deadlines concern it.

        The client is our own since the SDK's own, over aiohttp, warns of its own making.
        """
        import httpx2
        from google.genai import types

        self._http = httpx2.AsyncClient(timeout=httpx2.Timeout(None, connect=CONNECT_S))
        return types.HttpOptions(base_url=base_url or None, httpx_async_client=self._http)

    async def disconnect(self) -> None:
        if self._made is not None:
            self._made.close()
        if self._http is not None:
            await self._http.aclose()

    def translated(self, error: Exception) -> ModeraError:
        """The SDK's error as ours."""
        import httpx2
        from google.auth.exceptions import GoogleAuthError
        from google.genai.errors import APIError

        detail = f"{self.name}: {type(error).__name__}: {' '.join(str(error).split())[:300]}"
        if isinstance(error, APIError):
            return _by_status(error, detail)
        if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
            return unavailable(detail, passing=True)
        if isinstance(error, httpx2.TransportError):
            return ProviderError(Code.BACKEND_UNAVAILABLE, detail, accepted=True, passing=True)
        if isinstance(error, GoogleAuthError):
            return unavailable(f"{detail}; check the machine's Google Cloud credentials")
        # unreadable: cut off, no JSON, or an answer without the form that was asked for
        return ProviderError(Code.BACKEND_FAILED, detail, accepted=True, passing=True)


class GeminiTransport(GoogleTransport):
    """One account at Google AI Studio."""

    def __init__(self, settings: GeminiSettings, meter: Meter, name: str = "gemini") -> None:
        super().__init__(name, meter, retries=settings.retries)
        self._settings = settings
        self._paid = settings.base_url.startswith(OWN_ADDRESS)

    def drawing_usd(self, size: str) -> float:
        """What a picture is expected to cost."""
        if self._settings.image_usd:
            return self._settings.image_usd
        return image_usd(self._settings.model, size) if self._paid else 0.0

    def draw(self, drawing: Drawing, *, tick: Tick = patient) -> bytes:
        """Have a picture made of pictures. Raises ProviderError or Refusal."""
        settings, price = self._settings, self.drawing_usd(drawing.size)

        async def work(left: float) -> Drawn:
            from google.genai import types

            response = await self._client().aio.models.generate_content(
                model=settings.model,
                contents=_interleaved(drawing.pictures, drawing.prompt),
                config=types.GenerateContentConfig(
                    response_modalities=["IMAGE"],
                    image_config=types.ImageConfig(
                        aspect_ratio=drawing.ratio, image_size=drawing.size
                    ),
                ),
            )
            return Drawn(_picture(response), _tokens(response))

        def account(used: Used, drawn: Drawn) -> None:
            used.input_tokens, used.output_tokens = drawn.tokens.read, drawn.tokens.written

        call = Call("tryon", self.name, settings.model, price)
        drawn = self._call(call, work, account, seconds=settings.timeout_s, tick=tick)
        return drawn.data

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
            from google.genai import types

            response = await self._client().aio.models.generate_content(
                model=settings.vision_model,
                contents=_interleaved(pictures, prompt),
                config=types.GenerateContentConfig(
                    response_mime_type="application/json", response_schema=schema
                ),
            )
            _raise_if_blocked(response)
            return schema.model_validate_json(response.text or ""), _tokens(response)

        return self._ask(role, settings, len(pictures), look, paid=self._paid, tick=tick)

    def _open(self) -> genai.Client:
        from google import genai

        key = self._settings.api_key.get_secret_value()
        if not key and self._paid:
            raise unavailable("no key; write [inference.gemini] api_key")
        options = self._options(self._settings.base_url)
        return genai.Client(api_key=key or "none", http_options=options)


class VertexTransport(GoogleTransport):
    """Virtual try-on on Vertex AI: one garment, no prompt."""

    def __init__(self, settings: VertexSettings, meter: Meter, name: str = "vertex") -> None:
        super().__init__(name, meter, retries=settings.retries)
        self._settings = settings

    def tryon(self, person: bytes, garment: bytes, *, tick: Tick = patient) -> bytes:
        """Have the person of one JPEG wear the garment of another."""
        settings = self._settings
        price = settings.image_usd or (0.0 if settings.base_url else DEAREST_IMAGE_USD)

        async def work(left: float) -> bytes:
            from google.genai import types

            def image(data: bytes) -> types.Image:
                return types.Image(image_bytes=data, mime_type="image/jpeg")

            response = await self._client().aio.models.recontext_image(
                model=settings.model,
                source=types.RecontextImageSource(
                    person_image=image(person),
                    product_images=[types.ProductImage(product_image=image(garment))],
                ),
                config=types.RecontextImageConfig(
                    number_of_images=1,
                    add_watermark=False,  # it is marked as ours are; see docs/inference.md
                    output_mime_type="image/jpeg",
                    output_compression_quality=97,
                ),
            )
            return _try_on(response)

        def account(used: Used, data: bytes) -> None:
            """It is charged by the picture, and says nothing of tokens."""

        call = Call("tryon", self.name, settings.model, price)
        return self._call(call, work, account, seconds=settings.timeout_s, tick=tick)

    def _open(self) -> genai.Client:
        from google import genai

        settings, key = self._settings, self._settings.api_key.get_secret_value()
        if not key and not settings.project:
            raise unavailable("no project; write [inference.vertex] project, or api_key")
        options = self._options(settings.base_url)
        if key:
            return genai.Client(enterprise=True, api_key=key, http_options=options)
        return genai.Client(
            enterprise=True,
            project=settings.project,
            location=settings.location,
            http_options=options,
        )


def _by_status(error: APIError, detail: str) -> ModeraError:
    status = error.code
    headers = getattr(error.response, "headers", None) or {}
    if status in (401, 403, 404) or "API_KEY_INVALID" in detail:
        return unavailable(f"{detail}; check the key, base_url and model")
    if status in (429, 503):
        return unavailable(detail, passing=True, retry_after=seconds_to_wait(headers))
    accepted = status >= 500  # it may have been done nevertheless
    code = Code.BACKEND_TIMEOUT if status == 504 else Code.BACKEND_FAILED
    return ProviderError(code, detail, accepted=accepted, passing=accepted)


def _interleaved(pictures: Sequence[bytes], prompt: str) -> list[Any]:
    """Each picture after its number, then the prompt."""
    from google.genai import types

    contents: list[Any] = []
    for number, data in enumerate(pictures, start=1):
        contents += [f"Image {number}:", types.Part.from_bytes(data=data, mime_type="image/jpeg")]
    return [*contents, prompt]


def _picture(response: Any) -> bytes:
    """The picture of an answer. Raises Refusal or ProviderError where there is none."""
    _raise_if_blocked(response)
    for part in response.parts or ():
        if part.inline_data is not None and part.inline_data.data:
            return bytes(part.inline_data.data)
    reason = _name(response.candidates[0].finish_reason) if response.candidates else "no answer"
    raise ProviderError(Code.BACKEND_FAILED, f"no picture: {reason}", accepted=True)


def _raise_if_blocked(response: Any) -> None:
    feedback = response.prompt_feedback
    if feedback is not None and feedback.block_reason is not None:
        raise Refusal(Code.BACKEND_REFUSED, f"the prompt was blocked: {feedback.block_reason}")
    for candidate in response.candidates or ():
        if _name(candidate.finish_reason) in REFUSALS:
            raise Refusal(Code.BACKEND_REFUSED, f"blocked: {_name(candidate.finish_reason)}")


def _try_on(response: Any) -> bytes:
    for generated in response.generated_images or ():
        if generated.rai_filtered_reason:
            raise Refusal(Code.BACKEND_REFUSED, f"filtered: {generated.rai_filtered_reason}")
        if generated.image is not None and generated.image.image_bytes:
            return bytes(generated.image.image_bytes)
    # filtered pictures are left out, mostly without a word
    raise Refusal(Code.BACKEND_REFUSED, "no picture came back")


def _name(reason: Any) -> str:
    return str(getattr(reason, "name", reason))


def _tokens(response: Any) -> Tokens:
    usage = response.usage_metadata
    if usage is None:
        return Tokens(0, 0)
    written = (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)
    return Tokens(usage.prompt_token_count or 0, written)
