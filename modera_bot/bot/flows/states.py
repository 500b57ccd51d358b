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
    STYLIST_WAITING_PHOTO = "stylist_waiting_photo"
    STYLIST_PREFERENCES = "stylist_preferences"
    STYLIST_PROCESSING = "stylist_processing"
    STYLIST_RESULTS = "stylist_results"


#: A job runs; its result will come.
PROCESSING = frozenset({State.TRYON_PROCESSING, State.STYLIST_PROCESSING})
#: What was wanted has come.
FINISHED = frozenset({State.TRYON_RESULT, State.STYLIST_RESULTS})


class InState(UpdateFilter):
    """Lets updates through whose sender is in one of these states."""

    __slots__ = ("_states",)

    def __init__(self, *states: State) -> None:
        super().__init__(name=f"InState({', '.join(states)})")
        self._states = frozenset(states)

    def filter(self, update: Update) -> bool:
        return current.get().state in self._states
