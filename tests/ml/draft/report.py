"""Makes the pictures of docs/draft.md and its table: run it as scripts/draft-report."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from modera_bot.contracts import Category
from modera_bot.errors import Refusal
from modera_bot.ml.base import Picture
from modera_bot.ml.draft import draft_tryon, tryon
from modera_bot.ml.draft.explain import Explainer
from modera_bot.ml.draft.watching import watched
from tests.ml.conftest import ROOT
from tests.ml.draft import baselines
from tests.ml.draft.scoring import Pair, Score, Truth, drafted, pairs

MODELS, DOCS = ROOT / "models", ROOT / "docs"

#: What people found when they looked at the drafts: person, worn, target, judgement, remark.
JUDGED = Path(__file__).parent / "judged.csv"

#: Between these lines of docs/draft.md stands what this module writes.
BEGIN, END = "<!-- written by scripts/draft-report -->\n", "<!-- end of that -->"

#: Width and height of one picture in the sheets, height of a caption, pairs side by side.
CELL, CAPTION, PAIRS_A_ROW = (195, 260), 18, 3

TITLES = {Category.TOPS: "Tops", Category.BOTTOMS: "Bottoms", Category.ONE_PIECES: "Dresses"}
INK = {"good": (30, 120, 50), "acceptable": (180, 120, 0), "bad": (200, 30, 30)}
UNJUDGED = "not judged"
BASELINES = {"affine": baselines.affine, "rectangle": baselines.rectangle}


@dataclass(frozen=True)
class Row:
    """What came of a pair: a draft or the reason why there is none, and its scores by method."""

    pair: Pair
    judgement: str
    draft: Picture | None
    refused: str
    scores: dict[str, Score]


def main() -> None:
    judged = judgements()
    rows = [made(pair, judged) for pair in pairs()]
    told = "\n\n".join(section(category, found) for category, found in by_category(rows))
    page = DOCS / "draft.md"
    before, rest = page.read_text().split(BEGIN)
    page.write_text(before + BEGIN + f"\n{summary(rows)}\n\n{told}\n\n" + END + rest.split(END)[1])
    print(summary(rows), told, sep="\n\n")
    for category, found in by_category(rows):
        write(DOCS / f"draft-{category}.jpg", sheet(found), quality=80)
    write(DOCS / "draft-stages.jpg", stages(rows[5].pair), quality=85)


def judgements() -> dict[tuple[str, str, str], str]:
    with JUDGED.open() as file:
        return {
            (row["person"], row["worn"], row["target"]): row["judgement"]
            for row in csv.DictReader(file)
        }


def made(pair: Pair, judged: dict[tuple[str, str, str], str]) -> Row:
    """Draft a pair; score it, and what plainer methods make of it, where the truth is known."""
    judgement = judged.get((pair.person, pair.worn, pair.target), UNJUDGED)
    try:
        draft = drafted(pair, MODELS)
    except Refusal as refusal:
        return Row(pair, judgement, None, refusal.code, {})
    scores = {}
    if pair.has_truth:
        truth = Truth(pair, MODELS)
        tries = {name: method(pair, MODELS) for name, method in BASELINES.items()}
        scores = {name: truth.score(tried) for name, tried in {"draft": draft, **tries}.items()}
    return Row(pair, judgement, draft.picture, "", scores)


def by_category(rows: list[Row]) -> Iterator[tuple[Category, list[Row]]]:
    for category in Category:
        found = [row for row in rows if row.pair.category is category]
        if found:
            yield category, found


def summary(rows: list[Row]) -> str:
    """How many pairs there are, and how they were judged."""
    drafts = [row for row in rows if row.draft is not None]
    counts = Counter(row.judgement for row in drafts)
    judged = ", ".join(f"{counts[name]} {name}" for name in (*INK, UNJUDGED) if counts[name])
    return (
        f"{len(rows)} pairs, {len(rows) - len(drafts)} refused, {len(drafts)} drafted; "
        f"by eye: {judged or 'none'}."
    )


def section(category: Category, rows: list[Row]) -> str:
    """One category: a table with its means, and its sheet."""
    scored = [row for row in rows if row.scores]
    table = [
        "| person: old → new | garment IoU | change IoU | ΔE | SSIM outside | in front | by eye |",
        "|---|---|---|---|---|---|---|",
        *(line(row.pair.name, row.scores["draft"], row.judgement) for row in scored),
        *means(scored),
        "",
    ]
    lines = [
        f"### {TITLES[category]}",
        "",
        *(table if scored else ()),
        *unscored([row for row in rows if not row.scores]),
        f"![Person, garment, draft and ground truth of every pair](draft-{category}.jpg)",
    ]
    return "\n".join(lines)


def means(scored: list[Row]) -> Iterator[str]:
    for name in ("draft", *BASELINES) if scored else ():  # there is no mean of nothing
        mean = Score.mean([row.scores[name] for row in scored])
        yield line(f"**{name}, mean of {len(scored)}**", mean, "")


def line(name: str, score: Score, judgement: str) -> str:
    front = "–" if np.isnan(score.front) else f"{score.front:.3f}"
    return (
        f"| {name} | {score.alpha:.3f} | {score.changed:.3f} | {score.colour:.1f} "
        f"| {score.outside:.4f} | {front} | {judgement} |"
    )


def unscored(rows: list[Row]) -> Iterator[str]:
    """Pairs that have no truth, or were refused."""
    if rows:
        told = (f"{row.pair.name} ({row.refused or row.judgement})" for row in rows)
        yield f"Not scored: {'; '.join(told)}."
        yield ""


def sheet(rows: list[Row]) -> Picture:
    """Person, garment, draft and, where it exists, ground truth of every pair."""
    strips = [strip(row) for row in rows]
    strips += [np.full_like(strips[0], 255)] * (-len(strips) % PAIRS_A_ROW)
    gap = np.full((len(strips[0]), 10, 3), 255, np.uint8)
    lines = []
    for first in range(0, len(strips), PAIRS_A_ROW):
        parts = [part for one in strips[first : first + PAIRS_A_ROW] for part in (one, gap)]
        lines.append(np.hstack(parts[:-1]))
    return np.vstack(lines)


def strip(row: Row) -> Picture:
    blank = np.full((8, 8, 3), 235, np.uint8)
    draft = blank if row.draft is None else row.draft
    truth = row.pair.truth if row.pair.has_truth else blank
    pictures = [fitted(one) for one in (row.pair.before, row.pair.garment, draft, truth)]
    caption = np.full((CAPTION, len(pictures) * CELL[0], 3), 255, np.uint8)
    text = f"{row.pair.name.replace('→', '->')}: {row.refused or row.judgement}"
    ink = INK.get(row.judgement, (90, 90, 90))
    cv2.putText(caption, text, (2, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.4, ink, 1, cv2.LINE_AA)
    return np.vstack([caption, np.hstack(pictures)])


def stages(pair: Pair) -> Picture:
    """The stages of one draft, in two lines."""
    pictures: list[Picture] = []
    tryon.garments.forget()  # so that its stages are shown
    with watched(Explainer(lambda step, picture: pictures.append(fitted(picture, 1.25)))):
        draft_tryon(pair.task, MODELS)
    half = (len(pictures) + 1) // 2
    pictures += [np.full_like(pictures[0], 255)] * (2 * half - len(pictures))
    return np.vstack([np.hstack(pictures[:half]), np.hstack(pictures[half:])])


def fitted(picture: Picture, enlarged: float = 1.0) -> Picture:
    """The picture at the size of a cell, on white where its shape is another."""
    width, height = round(CELL[0] * enlarged), round(CELL[1] * enlarged)
    scale = min(width / picture.shape[1], height / picture.shape[0])
    size = round(picture.shape[1] * scale), round(picture.shape[0] * scale)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    cell = np.full((height, width, 3), 255, np.uint8)
    top, left = (height - size[1]) // 2, (width - size[0]) // 2
    cell[top : top + size[1], left : left + size[0]] = small
    return cell


def write(file: Path, picture: Picture, quality: int) -> None:
    bgr = np.ascontiguousarray(picture[..., ::-1])
    cv2.imwrite(
        str(file), bgr, [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_PROGRESSIVE, 1]
    )


if __name__ == "__main__":
    main()
