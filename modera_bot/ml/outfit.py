"""Several garments by a backend that knows one at a time: each is put onto the picture before.

photo ─► trousers or skirt ─► top, whose hem hangs over them ─► picture
"""

from collections.abc import Callable
from dataclasses import replace

from modera_bot.contracts import WORN_TOGETHER, Stage
from modera_bot.errors import Code, Refusal
from modera_bot.ml.base import GarmentPicture, Progress, TryOnOutput, TryOnTask

#: Puts one garment on.
One = Callable[[TryOnTask, Progress], TryOnOutput]


def dress(task: TryOnTask, one: One, progress: Progress) -> TryOnOutput:
    """Put on the garments of a task, one of which is as good as any number.

    Raises Refusal where they can't be worn together, and what `one` raises.
    """
    if len(task.garments) == 1:
        return one(task, progress)
    garments, outputs = _in_order(task), list[TryOnOutput]()
    for index, garment in enumerate(garments):
        person = outputs[-1].picture if outputs else task.person
        part = replace(task, person=person, garments=(garment,))
        outputs.append(one(part, _share(progress, index, len(garments))))
    last = outputs[-1]
    return replace(
        last,
        categories=tuple(garment.category for garment in task.garments if garment.category),
        notices=tuple(dict.fromkeys(n for output in outputs for n in output.notices)),
    )


def _in_order(task: TryOnTask) -> list[GarmentPicture]:
    by_category = {garment.category: garment for garment in task.garments}
    if set(by_category) != set(WORN_TOGETHER) or len(task.garments) != len(WORN_TOGETHER):
        raise Refusal(Code.SEVERAL_GARMENTS_UNSUPPORTED)
    return [by_category[category] for category in WORN_TOGETHER]


def _share(progress: Progress, index: int, count: int) -> Progress:
    """Progress of one of several garments."""

    def listen(stage: Stage, fraction: float) -> None:
        progress(stage, (index + fraction) / count)

    return listen
