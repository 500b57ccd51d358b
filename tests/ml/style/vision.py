"""A vision model for tests: answers what it is told to, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel

from modera_bot.errors import BackendError
from modera_bot.ml.style.advise import advise
from modera_bot.ml.style.answer import StyleAnswer
from modera_bot.ml.style.model import ModelStylist
from modera_bot.ml.transports.base import patient
from modera_bot.style import StylePreferences
from tests.ml.style.profiles import READING


def answer(language: str = "en", **changes: Any) -> dict[str, Any]:
    """A good answer, as JSON, with some parts changed."""
    profile = advise(READING, StylePreferences(body="triangle"), (), language)
    dumped = profile.model_dump(mode="json")
    for seen in dumped["seen"]:
        del seen["told"], seen["hex"]
    for outfit in dumped["outfits"]:
        for item in outfit["items"]:
            item |= {"price_low": 20, "price_high": 60}
            del item["price"]
    wanted = {key: value for key, value in dumped.items() if key in StyleAnswer.model_fields}
    return wanted | {"obstacle": "none"} | changes


class ScriptedVision:
    """Gives its answers, or fails, one after the other, the last one again and again."""

    name = "scripted"

    def __init__(self, *answers: dict[str, Any] | BackendError) -> None:
        self._answers, self.prompts = [*answers], list[str]()
        self.pictures: list[bytes] = []

    def structured(
        self,
        prompt: str,
        pictures: Sequence[bytes],
        schema: type[BaseModel],
        *,
        role: str,
        tick: Callable[[], None] = patient,
    ) -> Any:
        self.prompts.append(prompt)
        self.pictures += pictures
        tick()
        given = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(given, BackendError):
            raise given
        return schema.model_validate(given)

    def close(self) -> None:
        """Waits for nothing."""


class ScriptedStylist(ModelStylist):
    """A stylist over such a model."""

    name, hosted = "scripted", True


class OwnStylist(ScriptedStylist):
    """The same with a model on this machine."""

    hosted = False
