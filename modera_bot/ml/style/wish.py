"""What the rules understand of words: colours, occasions and styles that a wish names, and
colours and reasons that somebody names who did not like an advice.

The words stand in the texts ``wish-<value>`` and ``why-<complaint>``, as beginnings that are
common to all their forms; one that ends in a dot is a whole word, and ``not_enough`` is two. A
model reads all that was said; the rules take what they know and leave the rest.
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

#: How far a word reaches that says how others are meant: a colour so many words after one of
#: ``wish-without`` is to be avoided.
WINDOW = 3

#: What somebody found who misses the other.
OPPOSITE = {Complaint.TOO_BOLD: Complaint.TOO_PLAIN, Complaint.TOO_PLAIN: Complaint.TOO_BOLD}

_CLAUSES = re.compile(r"[,.;:!?()\n]|\s[-–—]\s")


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
    clauses = [_said(clause) for clause in _CLAUSES.split(feedback.words)]
    why = [*feedback.why, *(each for clause in clauses for each in _complaints(clause, words))]
    told = feedback.model_copy(update={"why": (*dict.fromkeys(why),)})
    return advice.model_copy(update={"feedback": told}), _unwanted(clauses, words)


def _complaints(said: list[str], words: Words) -> list[Complaint]:
    """Reasons that a clause names: who misses bright things found the outfits too plain."""
    found = []
    for place, complaint in _named(Complaint, said, words, "why"):
        denied = place > 0 and said[place - 1] == words("why-denied")
        missed = denied or _is_missed(said, place, words)
        found.append(OPPOSITE.get(complaint, complaint) if missed else complaint)
    return found


def _unwanted(clauses: Sequence[list[str]], words: Words) -> list[Hue]:
    """Colours that are named as unwanted: all that are not missed or liked. What is said of one
    goes for those right after it."""
    found = []
    begun, last, missed = 0, -WINDOW, False
    for said in clauses:
        for place, hue in _named(Hue, said, words):
            told = _is_missed(said, place, words)
            if told is not None or begun + place - last > 2:
                missed = bool(told)
            last = begun + place
            if not missed:
                found.append(hue)
        begun += len(said)
    return found


def _is_missed(said: list[str], place: int, words: Words) -> bool | None:
    """Whether there is said to be too little of what stands there: by the words behind it,
    else by the nearest up to it that tells. None if nothing does."""
    last = len(said) - 1
    if place < last and _begins(said[place + 1], words("why-enough")):
        return True
    told = None
    if place < last <= place + WINDOW:
        told = _sense(said, last, words("why-missed-last"), words)
    for near in range(place, max(-1, place - WINDOW - 1), -1):
        if told is None:
            told = _sense(said, near, words("why-missed"), words)
    return told


def _sense(said: list[str], place: int, missed: str, words: Words) -> bool | None:
    """Whether the word there says that something is missed; False: unwanted, None: neither."""
    word, before = said[place], said[max(0, place - 2) : place]
    pair = "_".join((*before[-1:], word))
    if _begins(pair, " ".join(each for each in missed.split() if "_" in each)):
        return True
    if _begins(word, words("why-unwanted")) or _begins(pair, words("why-not-so")):
        return False
    if _begins(word, missed):
        return {*before}.isdisjoint(words("wish-without").split())
    return None


def _said(text: str) -> list[str]:
    plain = text.lower().replace("’", "'").replace("n't", " not")
    return re.findall(r"\w+", plain)


def _named(
    kind: type[T], said: list[str], words: Words, family: str = "wish"
) -> list[tuple[int, T]]:
    """Values that are named, each with its place among the words."""
    return [
        (place, value)
        for place, word in enumerate(said)
        for value in kind
        if _begins(word, words(f"{family}-{value}"))
    ]


def _hues(said: list[str], words: Words) -> tuple[list[Hue], list[Hue]]:
    """Colours that are named, and those that are named as unwanted."""
    without = words("wish-without").split()
    named: list[Hue] = []
    refused: list[Hue] = []
    for place, hue in _named(Hue, said, words):
        before = said[max(0, place - WINDOW) : place]
        (refused if {*before} & {*without} else named).append(hue)
    return list(dict.fromkeys(named)), list(dict.fromkeys(refused))


def _found(kind: type[T], said: list[str], words: Words) -> list[T]:
    """Values that are named, in their own order."""
    named = {value for _, value in _named(kind, said, words)}
    return [value for value in kind if value in named]


def _begins(word: str, beginnings: str) -> bool:
    return f"{word}.".startswith(tuple(beginnings.split()))
