"""What the rules understand of a wish in words: colours, occasions and styles that it names.

The words stand in the texts ``wish-<value>``, as beginnings that are common to all their forms.
A model reads the whole wish; the rules take what they know and leave the rest.
"""

import re
from enum import StrEnum

from modera_bot.ml.style.words import Words
from modera_bot.style import Archetype, Hue, Occasion, StylePreferences

#: A colour after one of these (text ``wish-without``) is to be avoided.
WINDOW = 3


def understood(wishes: StylePreferences, words: Words) -> StylePreferences:
    """The wishes with what their words name added; what was chosen by hand stays."""
    if not wishes.wish:
        return wishes
    said = re.findall(r"\w+", wishes.wish.lower())
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


def _hues(said: list[str], words: Words) -> tuple[list[Hue], list[Hue]]:
    """Colours that are named, and those that are named as unwanted."""
    without = words("wish-without").split()
    named: list[Hue] = []
    refused: list[Hue] = []
    for place, word in enumerate(said):
        for hue in Hue:
            if _begins(word, words(f"wish-{hue}")):
                before = said[max(0, place - WINDOW) : place]
                (refused if {*before} & {*without} else named).append(hue)
    return list(dict.fromkeys(named)), list(dict.fromkeys(refused))


def _found(kind: type[Archetype] | type[Occasion], said: list[str], words: Words) -> list[StrEnum]:
    return [value for value in kind if any(_begins(word, words(f"wish-{value}")) for word in said)]


def _begins(word: str, beginnings: str) -> bool:
    return word.startswith(tuple(beginnings.split()))
