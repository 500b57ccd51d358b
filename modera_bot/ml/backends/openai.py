"""OpenAI's image models, and servers that speak its language; see docs/inference.md."""

import logging
import threading
from collections.abc import Callable, Sequence

from pydantic import BaseModel

from modera_bot.contracts import Category, Quality
from modera_bot.errors import ModeraError
from modera_bot.ml import prompts
from modera_bot.ml.base import BackendContext, Capabilities
from modera_bot.ml.framing import Frame, free_frame
from modera_bot.ml.hosted import HostedTryOn, Order
from modera_bot.ml.transports.base import Tick
from modera_bot.ml.transports.openai import Drawing, OpenAITransport

_log = logging.getLogger(__name__)


class Description(BaseModel):
    """A picture in words."""

    description: str


class OpenAITryOn(HostedTryOn):
    """Has the photo edited; with `mode = "generate"` has both pictures described and the
    description drawn, for servers that can do no more."""

    name = "openai"
    capabilities = Capabilities(
        categories=frozenset(Category), max_garments=4, previews=True, hosted=True
    )

    def __init__(self, context: BackendContext) -> None:
        super().__init__(context)
        self._settings = context.settings.inference.openai
        self._transport = OpenAITransport(self._settings, context.meter)
        self._levels = {
            Quality.STANDARD: self._settings.standard,
            Quality.HIGH: self._settings.high,
            Quality.PREMIUM: self._settings.premium,
        }

    def frame(self, width: int, height: int, quality: Quality) -> Frame:
        return free_frame(width, height, pixels=self._settings.megapixels * 1e6)

    def signature(self, quality: Quality) -> str:
        settings = self._settings
        level, kept = self._levels[quality], self._keep_identity
        return f"{settings.mode} {settings.model} {level} {settings.megapixels} {kept}"

    def draw(self, order: Order, tick: Tick, partial: Callable[[bytes], None] | None) -> bytes:
        level = self._levels[order.quality]
        size = order.frame.size
        if self._settings.mode == "generate":
            prompt = self._described(order, tick)
            return self._transport.generate(Drawing(prompt, (), size, level), tick=tick)
        drawing = Drawing(prompts.tryon(order.categories), order.pictures, size, level)
        return self._transport.edit(drawing, partial=partial, tick=tick)

    def _described(self, order: Order, tick: Tick) -> str:
        def told(prompt: str, pictures: Sequence[bytes]) -> str:
            answer = self._transport.structured(
                prompt, pictures, Description, role="tryon", tick=tick
            )
            return answer.description

        person = told(prompts.DESCRIBE_PERSON, [order.person])
        garments = [told(prompts.DESCRIBE_GARMENT, [garment]) for garment in order.garments]
        return prompts.generated(person, garments, order.categories)

    def warm(self) -> None:
        """Load the SDK behind the scenes; what is wrong with it the first try-on tells again."""
        threading.Thread(target=self._load, name="openai", daemon=True).start()

    def _load(self) -> None:
        try:
            self._transport.warm()
        except ModeraError as error:
            _log.warning("openai can't be used: %s", error)

    def close(self) -> None:
        """End what it waits for."""
        super().close()
        self._transport.close()
