"""Makes the pictures of docs/draft.md and its table: run it as scripts/draft-report."""

import statistics
import time
from pathlib import Path

import cv2
import numpy as np

from modera_bot.ml.base import Picture
from modera_bot.ml.body import BodyUnderstanding
from modera_bot.ml.draft import draft_tryon
from modera_bot.ml.draft.fit import Fit, fit
from modera_bot.ml.draft.garment import CutOut, cut_out
from modera_bot.ml.draft.keypoints import TopShape, locate
from modera_bot.ml.draft.limbs import bare_arm
from modera_bot.ml.parsing.figure import figure
from modera_bot.ml.parsing.parse import Parsing, parse
from tests.ml.conftest import ROOT
from tests.ml.draft.scoring import Pair, score, tops

MODELS, DOCS = ROOT / "models", ROOT / "docs"

#: Width and height of one picture in the sheets, and how many pairs stand side by side.
CELL, PAIRS_A_ROW = (156, 208), 3

WHITE = (255, 255, 255)
RED, GREEN, BLUE, YELLOW = (220, 40, 40), (40, 160, 70), (50, 90, 220), (240, 200, 40)


def main() -> None:
    pairs = tops()
    draft_tryon(pairs[0].task, MODELS)  # networks load with the first
    drafts, rows = [], []
    for pair in pairs:
        start = time.perf_counter()
        drafts.append(draft_tryon(pair.task, MODELS).picture)
        rows.append((pair, drafts[-1], time.perf_counter() - start))
    print(table(rows))
    write(DOCS / "draft-pairs.jpg", sheet(pairs, drafts), quality=82)
    write(DOCS / "draft-stages.jpg", stages(pairs[5]), quality=85)


def table(rows: list[tuple[Pair, Picture, float]]) -> str:
    """A Markdown table of the scores, with means."""
    lines = ["| person: old → new | IoU | SSIM outside |", "|---|---|---|"]
    scores = []
    for pair, draft, _ in rows:
        if pair.has_truth:
            scores.append(score(pair, draft))
            lines.append(f"| {pair.name} | {scores[-1].iou:.3f} | {scores[-1].ssim:.4f} |")
    iou, ssim = (
        statistics.mean(values)
        for values in zip(*[(one.iou, one.ssim) for one in scores], strict=True)
    )
    lines.append(f"| **mean of {len(scores)}** | **{iou:.3f}** | **{ssim:.4f}** |")
    seconds = [seconds for _, _, seconds in rows]
    lines.append("")
    lines.append(
        f"{len(rows)} drafts: median {statistics.median(seconds):.2f} s,"
        f" slowest {max(seconds):.2f} s, body understanding included."
    )
    return "\n".join(lines)


def sheet(pairs: list[Pair], drafts: list[Picture]) -> Picture:
    """Person, garment, draft and, where it exists, ground truth of every pair."""
    blank = np.full((8, 8, 3), 255, np.uint8)
    strips = []
    for pair, draft in zip(pairs, drafts, strict=True):
        pictures = [pair.before, pair.garment, draft, pair.truth if pair.has_truth else blank]
        strips.append(np.hstack([fitted(picture) for picture in pictures]))
    while len(strips) % PAIRS_A_ROW:
        strips.append(np.full_like(strips[0], 255))
    gap = np.full((CELL[1], 10, 3), 255, np.uint8)
    rows = []
    for first in range(0, len(strips), PAIRS_A_ROW):
        row = [part for strip in strips[first : first + PAIRS_A_ROW] for part in (strip, gap)]
        rows.append(np.hstack(row[:-1]))
    return np.vstack(rows)


def stages(pair: Pair) -> Picture:
    """The stages of one draft: key points, parsing, fit, result."""
    person = BodyUnderstanding(MODELS).understand(pair.before).people[0]
    body = figure(person)
    parsed = parse(pair.before, person, body)
    garment = cut_out(pair.garment)
    shape = locate(garment)
    assert shape is not None
    ends = parsed.sleeve_ends
    arms = bare_arm(body, 0, float(ends[0])), bare_arm(body, 1, float(ends[1]))
    pictures = [
        pair.garment,
        key_points(garment, shape),
        pair.before,
        classes(pair.before, parsed),
        places(pair.before, fit(shape, body, parsed, arms)),
        draft_tryon(pair.task, MODELS).picture,
    ]
    return np.hstack([fitted(picture, 2.0) for picture in pictures])


def key_points(garment: CutOut, shape: TopShape) -> Picture:
    alpha = garment.alpha[..., None]
    view = np.ascontiguousarray((255 * (garment.colour * alpha + 1 - alpha)).astype(np.uint8))
    for y, left, right in shape.rows:
        cv2.line(view, point((left, y)), point((right, y)), BLUE, 2)
    for sleeve in shape.sleeves:
        if sleeve:
            for inner, outer in zip(sleeve.inner, sleeve.outer, strict=True):
                cv2.line(view, point(inner), point(outer), YELLOW, 2)
    axes = int(shape.neck_width / 2), int(shape.neck_depth)
    cv2.ellipse(view, point((shape.centre, shape.neck_y)), axes, 0, 0, 180, RED, 3)
    for points in (shape.necks, shape.tips, shape.armpits):
        for place in points:
            cv2.circle(view, point(place), 7, RED, -1)
    return view


def classes(person: Picture, parsed: Parsing) -> Picture:
    view = person.astype(np.float32)
    hands = np.maximum(*parsed.hands)
    for region, colour in ((parsed.top, RED), (hands, YELLOW), (parsed.head, BLUE)):
        share = 0.55 * region[..., None]
        view = view * (1 - share) + np.array(colour) * share
    share = 0.55 * parsed.hair[..., None]
    return (view * (1 - share) + np.array(GREEN) * share).astype(np.uint8)


def places(person: Picture, fitted_top: Fit) -> Picture:
    view = person.copy()
    cv2.polylines(view, [np.rint(fitted_top.edge).astype(np.int32)], True, BLUE, 2)
    for sleeve in fitted_top.sleeves:
        if sleeve:
            for inner, outer in zip(sleeve.inner, sleeve.outer, strict=True):
                cv2.line(view, point(inner), point(outer), YELLOW, 2)
    for place in fitted_top.body:
        cv2.circle(view, point(place), 6, RED, -1)
    return view


def point(place: np.ndarray | tuple[float, float]) -> tuple[int, int]:
    return round(float(place[0])), round(float(place[1]))


def fitted(picture: Picture, enlarged: float = 1.0) -> Picture:
    size = round(CELL[0] * enlarged), round(CELL[1] * enlarged)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def write(file: Path, picture: Picture, quality: int) -> None:
    bgr = np.ascontiguousarray(picture[..., ::-1])
    cv2.imwrite(
        str(file), bgr, [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_PROGRESSIVE, 1]
    )


if __name__ == "__main__":
    main()
