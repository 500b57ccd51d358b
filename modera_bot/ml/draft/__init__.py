"""A draft try-on without a GPU: a top from a product photo, put on a person in a photo.

    garment photo ─► garment (cut out) ─► keypoints, sleeves ─┐
                                                              ├► fit ─► warp ─► render ─► canvas
    person photo ─► body (pose, outline) ─► figure ─► parse ──┘         erase ──┘
                                                                        shade ──┘

`person_gates` and `garment_gates` say when a draft would not be honest. docs/draft.md shows
the stages in pictures, with limits and measured figures.
"""

from pathlib import Path

from modera_bot.ml.base import TryOnOutput, TryOnTask


def draft_tryon(task: TryOnTask, models: Path) -> TryOnOutput:
    """Put the task's one garment on its person; runs in a picture process.

    Raises Refusal when an honest draft is impossible, ModeraError(MODELS_MISSING).
    """
    # OpenCV and the stages load where they work, not in the bot's own process
    from modera_bot.ml.draft import tryon

    return tryon.draft_tryon(task, models)
