"""The draft try-on from two pictures to one: the stages in their order."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from modera_bot.contracts import Category, Notice
from modera_bot.errors import Code, Refusal
from modera_bot.ml.anatomy import chosen
from modera_bot.ml.base import Body, Person, Picture, TryOnOutput, TryOnTask
from modera_bot.ml.body import BodyUnderstanding
from modera_bot.ml.colour import shrink
from modera_bot.ml.draft.drawn import Drawn
from modera_bot.ml.draft.dress import draw_dress
from modera_bot.ml.draft.garment import CutOut, cut_out
from modera_bot.ml.draft.garment_gates import judge_garment
from modera_bot.ml.draft.keypoints import TopShape, locate
from modera_bot.ml.draft.lower_render import draw_bottom
from modera_bot.ml.draft.lower_shape import LowerShape, locate_bottom
from modera_bot.ml.draft.person_gates import WORK_EDGE, clothes_notices, judge_person
from modera_bot.ml.draft.remembered import Remembered
from modera_bot.ml.draft.render import draw_top
from modera_bot.ml.draft.silhouette import Kind, guess_kind
from modera_bot.ml.draft.view import View, view_of
from modera_bot.ml.draft.watching import Step, ended
from modera_bot.ml.draft.worn import take_off, wearer
from modera_bot.ml.parsing.figure import figure
from modera_bot.ml.parsing.parse import parse

#: How many bytes of garments a process remembers: four of the largest.
REMEMBERED_BYTES = 40 << 20


Shape = TopShape | LowerShape


@dataclass(frozen=True, slots=True)
class Garment:
    """What is known of a garment's picture: why it can't be drafted, or else what it is.

    `shapes` are its key points by the category that it was put on as so far; None where it
    has none of that category's.
    """

    cut: CutOut
    kind: Kind = Kind.TOP
    fault: Code | None = None
    worn: bool = False
    shapes: dict[Category, Shape | None] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes that remembering it takes, nearly."""
        return self.cut.colour.nbytes + self.cut.alpha.nbytes


#: By the garment's pixels: the same one is often tried on several photos. Nothing is kept of
#: people: what is known of a face and a body should not outlive the try-on that it was for.
garments: Remembered[Garment] = Remembered(REMEMBERED_BYTES)


def draft_tryon(task: TryOnTask, models: Path) -> TryOnOutput:
    """Put the garment of `task` on its person. Runs in any process; about a second.

    Raises Refusal when an honest result is impossible, ModeraError(MODELS_MISSING) when the
    body models aren't there.
    """
    understanding = BodyUnderstanding(models)
    garment = _garment(task.garments[0].picture, understanding)
    category = task.garments[0].category or garment.kind.category
    shape = _shape(garment, category)
    person, notices = _person(task, category, understanding)
    view = view_of(task.person, person, category)
    ended(Step.OUTLINE, view)
    drawn, more = _drawn(view, garment.cut, shape, category)
    picture = drawn.canvas.onto(task.person, view.corner, view.factor, drawn.grain)
    ended(Step.COMPOSITE, picture, view, drawn)
    return TryOnOutput(picture, (category,), (*notices, *more))


def _garment(picture: Picture, understanding: BodyUnderstanding) -> Garment:
    """The garment looked at, also from memory; Refusal if it is not one for a draft."""
    looked = garments.recall(picture)
    if looked is None:
        looked = _look(shrink(picture, WORK_EDGE), understanding)
        garments.keep(picture, looked, looked.size)
    if looked.fault:
        raise Refusal(looked.fault)
    return looked


def _look(picture: Picture, understanding: BodyUnderstanding) -> Garment:
    people = understanding.understand(picture)
    ended(Step.WORN)
    if wearer(picture, people) is not None:
        return _look_at_worn(picture, people)
    cut = cut_out(picture)
    ended(Step.CUT_OUT, cut)
    fault = judge_garment(cut).fault
    return Garment(cut, guess_kind(cut), fault)


def _look_at_worn(picture: Picture, people: Body) -> Garment:
    worn = take_off(picture, people)
    if worn is None:
        return Garment(CutOut.nothing(), fault=Code.GARMENT_ON_PERSON)
    ended(Step.CUT_OUT, worn.cut)
    ended(Step.KEY_POINTS, worn.cut, worn.shape)
    return Garment(worn.cut, worn=True, shapes={Category.TOPS: worn.shape})


def _shape(garment: Garment, category: Category) -> Shape:
    """The garment's key points as those of a category; Refusal where it can't be put on as such."""
    if garment.kind is Kind.OVERALL:
        raise Refusal(Code.CATEGORY_UNSUPPORTED)
    if garment.worn and category is not Category.TOPS:
        raise Refusal(Code.GARMENT_ON_PERSON)
    if category not in garment.shapes:
        garment.shapes[category] = _located(garment, category)
        ended(Step.KEY_POINTS, garment.cut, garment.shapes[category])
    shape = garment.shapes[category]
    if shape is None:
        raise Refusal(Code.NO_GARMENT)
    return shape


def _located(garment: Garment, category: Category) -> Shape | None:
    if category is not Category.BOTTOMS:
        return locate(garment.cut)
    # where the user knows better than we did: two legs would have been seen
    kind = garment.kind if garment.kind.category is category else Kind.SKIRT
    return locate_bottom(garment.cut, kind)


def _person(
    task: TryOnTask, category: Category, understanding: BodyUnderstanding
) -> tuple[Person, tuple[Notice, ...]]:
    """The person to dress, in pixels of a small copy, and what is worth knowing of the photo."""
    small = shrink(task.person, WORK_EDGE)
    people = understanding.understand(small)
    ended(Step.POSE, small, people)
    verdict = judge_person(people, small.shape[:2], category, task.person_at)
    if verdict.fault:
        raise Refusal(verdict.fault)
    return chosen(people.people, task.person_at), verdict.notices


def _drawn(
    view: View, cut: CutOut, shape: Shape, category: Category
) -> tuple[Drawn, tuple[Notice, ...]]:
    """The garment on the person in the view, and what is worth knowing of the clothes worn."""
    body = figure(view.person)
    parsed = parse(view.picture, view.person, body)
    ended(Step.PARSING, view.picture, parsed)
    if isinstance(shape, LowerShape):
        return draw_bottom(view.picture, body, parsed, cut, shape), ()
    draw = draw_top if category is Category.TOPS else draw_dress
    drawn = draw(view.picture, body, parsed, cut, shape)
    return drawn, clothes_notices(parsed.skin_contrast)
