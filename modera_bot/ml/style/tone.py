"""What is never said to anybody: words that judge a body, an age or an origin.

The rules' own texts are tested against it; what a model writes is refused when it has any.
"""

import re

NEVER = {
    "en": r"\bfat\b|chubby|plump|skinny|\bflaw|problem (area|zone)|\bhid(e|es|ing)\b|conceal|"
    r"camouflage|disguise|slimming|slimmer|thinner|correct(s|ing)? your|"
    r"too (big|small|short|tall|wide|old|heavy|pale)|ugly|unflattering|\bbad\b|\bwrong\b|"
    r"should not|must not|never wear|mistake|your (belly|stomach|thighs|weight|age|race)|"
    r"for your age|exotic|\bnormal\b|overweight",
    "ru": r"толст|полн(ый|ая|ые|ит|ота|оват)|худ(ой|ая|ит|ышк)|недостат|проблемн|"
    r"скры(ть|вает|вают)|спря(чь|тать)|маскир|стройн|некрасив|уродлив|нельзя|запрещ|"
    r"никогда не нос|ошибк|\bплохо\b|неправильн|живот|лишн(ий|его) вес|\bвес\b|возраст|"
    r"\bрас[аы]\b|экзотич|нормальн|дефект",
}


def unkind(text: str, language: str) -> str | None:
    """What in a text must not be said; None if all of it may."""
    found = re.search(NEVER.get(language, NEVER["en"]), text, re.IGNORECASE)
    return found[0] if found else None
