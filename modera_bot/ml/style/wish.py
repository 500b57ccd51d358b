"""What the rules understand of words: colours, occasions and styles that a wish names, and
colours and reasons that somebody names who did not like an advice.

The words stand in the texts ``wish-<value>`` and ``why-<complaint>``, as beginnings that are
common to all their forms. A model reads all that was said; the rules take what they know and
leave the rest.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from typing import TypeVar

from modera_bot.ml.style.words import Words
from modera_bot.style import (
    Archetype,
    Complaint,
    Hue,
    Occasion,
    PastAdvice,
    StylePreferences,
)

T = TypeVar("T", bound=StrEnum)

#: A colour after one of these (text ``wish-without``) is to be avoided.
WINDOW = 3


def understood(wishes: StylePreferences, words: Words) -> StylePreferences:
    """The wishes with what their words name added; what was chosen by hand stays."""
    if not wishes.wish:
        return wishes
    said = _said(wishes.wish)
    named, refused = _hues(said, words)
    liked = [hue for hue in named if hue not in (*wishes.liked, *wishes.avoided)]
    avoided = [hue for hue in refused if hue not in (*wishes.liked, *wishes.avoided)]
    styles = [style for style in _found(Archetype, said, words) if style not in wishes.styles]
    occasions = _found(Occasion, said, words)
    return wishes.model_copy(
        update={
            "liked": (*wishes.liked, *liked),
            "avoided": (*wishes.avoided, *avoided),
            "styles": (*wishes.styles, *styles),
            "occasion": wishes.occasion or next(iter(occasions), None),
        }
    )


def heeded(
    wishes: StylePreferences, past: Sequence[PastAdvice], words: Words
) -> tuple[StylePreferences, tuple[PastAdvice, ...]]:
    """Wishes and earlier advice with what was said against that: colours named there are left
    out, unless they were missed or are liked, and reasons named there count as if pressed."""
    found = [*map(partial(_criticised, words=words), past)]
    against = [hue for _, hues in found for hue in hues if hue not in wishes.liked]
    avoided = tuple(dict.fromkeys((*wishes.avoided, *against)))
    return wishes.model_copy(update={"avoided": avoided}), tuple(advice for advice, _ in found)


def _criticised(advice: PastAdvice, words: Words) -> tuple[PastAdvice, list[Hue]]:
    """An advice with the reasons that were said against it, and the colours that were."""
    feedback = advice.feedback
    if feedback.good or not feedback.words:
        return advice, []
    said = _said(feedback.words)
    why = tuple(dict.fromkeys((*feedback.why, *_found(Complaint, said, words, "why"))))
    blamed = advice.model_copy(update={"feedback": feedback.model_copy(update={"why": why})})
    missed = words("why-missed").split()
    hues = [
        hue
        for place, hue in _named(said, words)
        if not {*said[max(0, place - WINDOW) : place]} & {*missed}
    ]
    return blamed, hues


def _said(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _named(said: list[str], words: Words) -> list[tuple[int, Hue]]:
    """Colours that are named, each with its place among the words."""
    return [
        (place, hue)
        for place, word in enumerate(said)
        for hue in Hue
        if _begins(word, words(f"wish-{hue}"))
    ]


def _hues(said: list[str], words: Words) -> tuple[list[Hue], list[Hue]]:
    """Colours that are named, and those that are named as unwanted."""
    without = words("wish-without").split()
    named: list[Hue] = []
    refused: list[Hue] = []
    for place, hue in _named(said, words):
        before = said[max(0, place - WINDOW) : place]
        (refused if {*before} & {*without} else named).append(hue)
    return list(dict.fromkeys(named)), list(dict.fromkeys(refused))


def _found(kind: type[T], said: list[str], words: Words, family: str = "wish") -> list[T]:
    def is_named(value: T) -> bool:
        return any(_begins(word, words(f"{family}-{value}")) for word in said)

    return [value for value in kind if is_named(value)]


def _begins(word: str, beginnings: str) -> bool:
    return word.startswith(tuple(beginnings.split()))
