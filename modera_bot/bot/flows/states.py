"""Where a person can be, and the filter that picks handlers by it."""

from enum import StrEnum

from telegram import Update
from telegram.ext.filters import UpdateFilter

from modera_bot.bot.turn import current


class State(StrEnum):
    """Values of `fashion_sessions.state`; DEFAULT is the menu: no active session at all."""

    DEFAULT = "default"
    TRYON_WAITING_CLOTHING = "tryon_waiting_clothing"
    TRYON_WAITING_PERSON = "tryon_waiting_person"
    TRYON_PROCESSING = "tryon_processing"
    TRYON_RESULT = "tryon_result"


class InState(UpdateFilter):
    """Lets updates through whose sender is in one of these states."""

    __slots__ = ("_states",)

    def __init__(self, *states: State) -> None:
        super().__init__(name=f"InState({', '.join(states)})")
        self._states = frozenset(states)

    def filter(self, update: Update) -> bool:
        return current.get().state in self._states
