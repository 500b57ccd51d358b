"""Outfits that follow a palette and a person's wishes, and what they thought of earlier ones."""

from __future__ import annotations

from collections.abc import Sequence

from modera_bot.ml.style.palettes import Colour, Palette
from modera_bot.ml.style.wardrobe import PIECES, TEMPLATES, WEIGHT, Piece, Role, Template
from modera_bot.ml.style.words import Words
from modera_bot.style import (
    Archetype,
    Complaint,
    Fit,
    Hue,
    Item,
    Outfit,
    PastAdvice,
    Range,
    StylePreferences,
    Wardrobe,
)

#: How many outfits an advice has.
COUNT = 3

#: Denim is blue, whatever the palette says.
INDIGO = Colour("indigo", "#34466b", Hue.BLUE)

#: What counts when templates are weighed against wishes.
OCCASION, STYLE, DEPARTMENT, REPEATED, SAME_PIECES = 4.0, 2.0, 1.5, 5.0, 0.6


def outfits(
    palette: Palette,
    wishes: StylePreferences,
    past: Sequence[PastAdvice],
    words: Words,
) -> tuple[tuple[Outfit, ...], tuple[Archetype, ...]]:
    """The outfits that suit the wishes best, and the styles that they stand for."""
    complaints = {why for advice in past if not advice.feedback.good for why in advice.feedback.why}
    chosen = _choose(wishes, past, complaints, words)
    worn = {
        hex_ for advice in past if _faulted(advice, Complaint.COLOURS) for hex_ in advice.colours
    }
    made = tuple(
        _outfit(template, number, palette, wishes, complaints, worn, words)
        for number, template in enumerate(chosen)
    )
    styles = dict.fromkeys((*wishes.styles, *(template.styles[0] for template in chosen)))
    return made, tuple(styles)[:3]


def _choose(
    wishes: StylePreferences, past: Sequence[PastAdvice], complaints: set[Complaint], words: Words
) -> list[Template]:
    """One after the other, each time the best that is unlike those before."""
    refused = {t for advice in past if _faulted(advice, Complaint.NOT_ME) for t in advice.outfits}
    pool = [t for t in TEMPLATES if t.wardrobe in (Wardrobe.ANY, wishes.wardrobe)]
    chosen: list[Template] = []

    def worth(template: Template) -> float:
        value = _worth(template, wishes, complaints)
        value -= REPEATED * (words(f"outfit-{template.key}") in refused)
        pieces = {piece for piece, _ in template.pieces}
        for other in chosen:
            value -= SAME_PIECES * len(pieces & {piece for piece, _ in other.pieces})
            if wishes.occasion is None:
                value -= 0.8 * len(template.occasions & other.occasions)
        return value

    while len(chosen) < COUNT:
        chosen.append(max((t for t in pool if t not in chosen), key=worth))
    return chosen


def _worth(template: Template, wishes: StylePreferences, complaints: set[Complaint]) -> float:
    value = OCCASION * (wishes.occasion in template.occasions)
    value += STYLE * len({*wishes.styles} & {*template.styles})
    value += DEPARTMENT * (template.wardrobe is not Wardrobe.ANY)
    bold, plain = Archetype.BOLD in template.styles, Archetype.MINIMAL in template.styles
    if Complaint.TOO_BOLD in complaints:
        value += STYLE * (plain - bold)
    if Complaint.TOO_PLAIN in complaints:
        value += STYLE * (bold - plain)
    return value


def _outfit(
    template: Template,
    number: int,
    palette: Palette,
    wishes: StylePreferences,
    complaints: set[Complaint],
    worn: set[str],
    words: Words,
) -> Outfit:
    budget = _lower(wishes.budget) if Complaint.PRICE in complaints else wishes.budget
    total = sum(WEIGHT[PIECES[key].kind] for key, _ in template.pieces)
    items = []
    for key, role in template.pieces:
        piece = PIECES[key]
        colour = _colour(piece, _toned(role, complaints), number, palette, wishes, worn)
        swatch, name = colour.swatch(words), words(f"item-{key}")
        items.append(
            Item(
                kind=piece.kind,
                name=name,
                colour=swatch,
                cut=words(f"cut-{piece.cut or wishes.fit or Fit.REGULAR}"),
                material=words(f"material-{piece.material}"),
                price=_part(budget, WEIGHT[piece.kind] / total),
                query=words("query", who=wishes.wardrobe, item=name, colour=swatch.name),
            )
        )
    title = words(f"outfit-{template.key}")
    return Outfit(title=title, why=words(f"outfit-{template.key}-why"), items=tuple(items))


def _toned(role: Role, complaints: set[Complaint]) -> Role:
    """The role after complaints of too much colour, or too little."""
    if Complaint.TOO_BOLD in complaints:
        return {Role.ACCENT: Role.NEAR, Role.SECOND: Role.MIDDLE}.get(role, role)
    if Complaint.TOO_PLAIN in complaints:
        return {Role.MIDDLE: Role.SECOND}.get(role, role)
    return role


def _colour(
    piece: Piece,
    role: Role,
    number: int,
    palette: Palette,
    wishes: StylePreferences,
    worn: set[str],
) -> Colour:
    """A colour for one item: none that is avoided if there is any other, liked ones first."""
    if piece.material == "denim" and Hue.BLUE not in wishes.avoided:
        return INDIGO
    pools = {
        Role.LIGHT: palette.light,
        Role.MIDDLE: palette.middle,
        Role.DARK: palette.dark,
        Role.NEAR: palette.near,
        Role.SECOND: (*palette.near[3:], *palette.near[:3]),
        Role.ACCENT: palette.accents,
    }
    everything = (*pools[role], *palette.near, *palette.neutrals, *palette.accents)
    allowed = [c for c in everything if c.hue not in wishes.avoided] or [*everything]
    own = [c for c in allowed if c in pools[role]] or allowed
    turned = own[number % len(own) :] + own[: number % len(own)]
    liked = role in (Role.NEAR, Role.SECOND, Role.ACCENT)
    return min(turned, key=lambda c: (c.hex in worn, liked and c.hue not in wishes.liked))


def _part(budget: Range | None, share: float) -> Range | None:
    if budget is None:
        return None
    high = None if budget.high is None else max(1, _round(budget.high * share))
    return Range(low=_round(budget.low * share), high=high, currency=budget.currency)


def _lower(budget: Range | None) -> Range | None:
    """The lower half of a budget."""
    if budget is None or budget.high is None:
        return budget
    return budget.model_copy(update={"high": max(1, (budget.low + budget.high) // 2)})


def _round(amount: float) -> int:
    """To two figures: nobody needs 4833."""
    step: int = 10 ** max(0, len(str(int(amount))) - 2)
    return round(amount / step) * step


def _faulted(advice: PastAdvice, complaint: Complaint) -> bool:
    return not advice.feedback.good and complaint in advice.feedback.why
