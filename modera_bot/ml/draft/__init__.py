"""A draft try-on without a GPU: a top from a product photo, put on a person in a photo.

    garment photo ─► garment (cut out) ─► keypoints, sleeves ─┐
                                                              ├► fit ─► warp ─► render ─► canvas
    person photo ─► body (pose, outline) ─► figure ─► parse ──┘         erase ──┘
                                                                        shade ──┘

`gates` says when a draft would not be honest. docs/draft.md shows the stages in pictures,
with limits and measured figures.
"""

from modera_bot.ml.draft.tryon import draft_tryon

__all__ = ["draft_tryon"]
