"""Makes a draft and writes what each of its stages made as a picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from modera_bot.errors import Refusal
from modera_bot.images import encode
from modera_bot.ml.base import Picture, TryOnOutput, TryOnTask
from modera_bot.ml.draft import tryon
from modera_bot.ml.draft.drawings import DRAWINGS
from modera_bot.ml.draft.watching import Step, Watcher, watched


class Explainer(Watcher):
    """Draws each stage as it ends and shows it to somebody."""

    def __init__(self, show: Callable[[Step, Picture], None]) -> None:
        self._show = show

    def ended(self, step: Step, *made: Any) -> None:
        if step in DRAWINGS:
            self._show(step, DRAWINGS[step](*made))


def explain(task: TryOnTask, models: Path, folder: Path) -> TryOnOutput:
    """Draft `task` and write its stages to `folder`: 01-cut-out.jpg and so on, in their order.

    Where a gate refuses there are the stages so far, and a file NN-refused.txt that names
    the reason. What an earlier call wrote there is deleted first. Raises like `draft_tryon`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*(f"{step}.jpg" for step in Step), REFUSED):
        for old in folder.glob(f"[0-9][0-9]-{name}"):
            old.unlink()
    written = 0

    def place(name: str) -> Path:
        nonlocal written
        written += 1
        return folder / f"{written:02}-{name}"

    tryon.garments.forget()  # its stages are to be seen, too
    try:
        with watched(Explainer(lambda step, view: _write(place(f"{step}.jpg"), view))):
            return tryon.draft_tryon(task, models)
    except Refusal as refusal:
        place(REFUSED).write_text(f"{refusal.code}\n")
        raise


#: Ends the name of the file that says why there is no draft.
REFUSED = "refused.txt"


def _write(file: Path, picture: Picture) -> None:
    file.write_bytes(encode(picture))
