"""Lets somebody watch a draft being made, stage by stage; usually nobody does.

A stage says that it has ended and shows what it made, as it is: nothing is drawn or copied
for a watcher who isn't there. `explain` draws what it is shown, `bench` looks at the clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Any


class Step(StrEnum):
    """The stages of a draft, named as in docs/draft.md."""

    WORN = "worn"
    CUT_OUT = "cut-out"
    KEY_POINTS = "key-points"
    POSE = "pose"
    OUTLINE = "outline"
    PARSING = "parsing"
    FIT = "fit"
    WARP = "warp"
    LEFTOVERS = "leftovers"
    LIGHT = "light"
    COMPOSITE = "composite"


class Watcher:
    """Is told when a stage has ended; this one doesn't look."""

    def ended(self, step: Step, *made: Any) -> None:
        """`made` is what the stage made; what that is depends on the stage and the garment."""


_watcher: ContextVar[Watcher] = ContextVar("watcher", default=Watcher())  # noqa: B039 - stateless


def ended(step: Step, *made: Any) -> None:
    """Tell whoever watches that a stage has ended, and what it made."""
    _watcher.get().ended(step, *made)


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Have `watcher` watch every draft made here."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)
