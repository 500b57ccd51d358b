"""The form of a style answer for small models: their words are held to it as they write.

A model on this machine writes under a grammar, so lengths, numbers of things, letters and
values are part of the form: what a small model would get wrong can't be written at all.
"""

from functools import cache
from typing import Any

from modera_bot.ml.style.answer import LINE, NAME, StyleAnswer
from modera_bot.style import VALUES

#: Letters of each language, for character classes.
LETTERS = {"en": "A-Za-z", "ru": "А-Яа-яЁё"}

#: Fields that hold a name, of NAME letters at most, or what to type into a shop's search; all
#: other texts are sentences.
NAMES = {"name", "cut", "material", "title", "query"}

#: The shortest name and sentence, in letters.
SHORTEST_NAME, SHORTEST_LINE = 3, 12

#: How many of each there may be.
COUNTS = {
    "clothes": (0, 4),
    "palette": (8, 11),
    "best": (4, 4),
    "weaker": (3, 3),
    "shape": (0, 3),
    "archetypes": (1, 3),
    "dos": (3, 3),
    "donts": (2, 2),
    "outfits": (3, 3),
    "items": (3, 4),
}

HEX = {"type": "string", "pattern": "^#[0-9a-f]{6}$"}
#: Certainty in steps: a small model's is no finer.
SURE = {"enum": [0.2, 0.4, 0.6, 0.8, 1.0]}
PRICE = {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 999_999}, {"type": "null"}]}
#: Each trait once, with what it can be.
TRAITS = [
    {
        "type": "object",
        "properties": {
            "trait": {"const": trait.value},
            "value": {"enum": [*values]},
            "sure": SURE,
        },
        "required": ["trait", "value", "sure"],
        "additionalProperties": False,
    }
    for trait, values in VALUES.items()
]

#: Fields that have a form of their own.
FORMS: dict[str, dict[str, Any]] = {
    "hex": HEX,
    "sure": SURE,
    "price_low": PRICE,
    "price_high": PRICE,
    "seen": {"type": "array", "prefixItems": TRAITS, "items": False, "minItems": len(TRAITS)},
}


@cache
def bounded(language: str) -> type[StyleAnswer]:
    """The form for one of the stylist's languages."""

    class BoundedAnswer(StyleAnswer):
        @classmethod
        def model_json_schema(cls, *arguments: Any, **options: Any) -> dict[str, Any]:
            schema = StyleAnswer.model_json_schema(*arguments, **options)
            for part in (schema, *schema["$defs"].values()):
                for name, form in part.get("properties", {}).items():
                    part["properties"][name] = _bounded(name, form, language)
            return schema

    return BoundedAnswer


def _bounded(name: str, form: dict[str, Any], language: str) -> dict[str, Any]:
    """The form of one field."""
    if name in FORMS:
        return FORMS[name]
    if form.get("type") == "array":
        least, most = COUNTS[name]
        items = HEX if name == "clothes" else form["items"]
        return {"type": "array", "items": items, "minItems": least, "maxItems": most}
    if form.get("type") == "string":
        letters = LETTERS[language]
        if name in NAMES:
            pattern = f"^[{letters}][{letters}0-9 ,-]{{{SHORTEST_NAME - 1},{NAME - 1}}}$"
        else:
            pattern = f"^[{letters}][{letters}0-9 ,:;%-]{{{SHORTEST_LINE - 2},{LINE - 2}}}[.!]$"
        return {"type": "string", "pattern": pattern}
    return form
