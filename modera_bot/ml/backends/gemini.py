"""Google's image models, and its try-on model on Vertex AI; see docs/inference.md."""

import logging
import threading
from collections.abc import Callable

from modera_bot.contracts import Category, Quality
from modera_bot.errors import ModeraError
from modera_bot.ml import prompts
from modera_bot.ml.base import BackendContext, Capabilities
from modera_bot.ml.framing import Frame, Ratio, fixed_frame, free_frame, nearest_ratio
from modera_bot.ml.hosted import HostedTryOn, Order
from modera_bot.ml.transports.base import Tick
from modera_bot.ml.transports.gemini import (
    Drawing,
    GeminiTransport,
    GoogleTransport,
    VertexTransport,
)

_log = logging.getLogger(__name__)

#: What the image models draw.
RATIOS: tuple[Ratio, ...] = (
    (1, 1), (2, 3), (3, 2), (3, 4), (4, 3), (9, 16), (16, 9), (21, 9),
)  # fmt: skip
#: Pixels of the sizes by their names.
PIXELS = {"1K": 1024**2, "2K": 2048**2, "4K": 4096**2}
#: Photos are sent with no more than this; more is only slower.
MOST_PIXELS = 2048**2
#: What Vertex AI gets: its model works at about this size.
VERTEX_PIXELS = 1.5e6


class _GoogleTryOn(HostedTryOn):
    """What both have in common."""

    _transport: GoogleTransport

    def warm(self) -> None:
        """Load the SDK behind the scenes; what is wrong with it the first try-on tells again."""
        threading.Thread(target=self._load, name=self.name, daemon=True).start()

    def _load(self) -> None:
        try:
            self._transport.warm()
        except ModeraError as error:
            _log.warning("%s can't be used: %s", self.name, error)

    def close(self) -> None:
        """End what it waits for."""
        super().close()
        self._transport.close()


class GeminiTryOn(_GoogleTryOn):
    """Has the photo edited by an image model of the Gemini API."""

    name = "gemini"
    capabilities = Capabilities(categories=frozenset(Category), max_garments=4, hosted=True)

    def __init__(self, context: BackendContext) -> None:
        super().__init__(context)
        settings = context.settings.inference.gemini
        self._transport: GeminiTransport = GeminiTransport(settings, context.meter)
        self._model = settings.model
        self._sizes = {
            Quality.STANDARD: settings.standard,
            Quality.HIGH: settings.high,
            Quality.PREMIUM: settings.premium,
        }

    def frame(self, width: int, height: int, quality: Quality) -> Frame:
        pixels = min(PIXELS[self._sizes[quality]], MOST_PIXELS)
        return fixed_frame(width, height, nearest_ratio(width, height, RATIOS), pixels=pixels)

    def signature(self, quality: Quality) -> str:
        return f"{self._model} {self._sizes[quality]} {self._keep_identity}"

    def draw(self, order: Order, tick: Tick, partial: Callable[[bytes], None] | None) -> bytes:
        across, down = nearest_ratio(*order.frame.size, RATIOS)
        size = self._sizes[order.quality]
        prompt = prompts.tryon(order.categories)
        drawing = Drawing(prompt, order.pictures, f"{across}:{down}", size)
        return self._transport.draw(drawing, tick=tick)


class VertexTryOn(_GoogleTryOn):
    """Google's virtual try-on model, which takes one garment and no prompt."""

    name = "vertex"
    capabilities = Capabilities(categories=frozenset(Category), hosted=True)

    def __init__(self, context: BackendContext) -> None:
        super().__init__(context)
        settings = context.settings.inference.vertex
        self._model = settings.model
        self._transport: VertexTransport = VertexTransport(settings, context.meter)

    def frame(self, width: int, height: int, quality: Quality) -> Frame:
        return free_frame(width, height, pixels=VERTEX_PIXELS)

    def signature(self, quality: Quality) -> str:
        return f"{self._model} {self._keep_identity}"

    def draw(self, order: Order, tick: Tick, partial: Callable[[bytes], None] | None) -> bytes:
        return self._transport.tryon(order.person, order.garments[0], tick=tick)
