"""Scenes: one screen each, played in the order in which they are written down."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.screens.actor import Actor

Play = Callable[[Actor], Awaitable[object]]


@dataclass(frozen=True)
class Scene:
    """A screen; `line` says what it shows, `play` leads there from the scene before.

    It is played in both languages at once.
    """

    name: str
    line: str
    play: Play


class Scenes(list[Scene]):
    """The scenes of one part of the bot."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title

    def scene(self, line: str) -> Callable[[Play], Play]:
        """Add a function as a scene, under its own name."""

        def add(play: Play) -> Play:
            self.append(Scene(play.__name__.strip("_").replace("_", "-"), line, play))  # type: ignore[attr-defined]
            return play

        return add
