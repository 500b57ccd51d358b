"""The files of models in their folder: there, missing, damaged."""

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from modera_bot.ml.weights.registry import Model, ModelFile


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of a model and where it stands."""

    model: Model
    file: ModelFile
    path: Path
    present: bool


def listing(models: Path, wanted: Iterable[Model]) -> list[Listed]:
    """The files of some models, in a fixed order, with whether each is there."""
    return [
        Listed(model, file, models / file.path, (models / file.path).is_file())
        for model in wanted
        for file in model.files
    ]


def missing(models: Path, wanted: Iterable[Model]) -> list[Listed]:
    """The files that aren't there; quick, since it reads none of them."""
    return [listed for listed in listing(models, wanted) if not listed.present]


def verify(models: Path, wanted: Iterable[Model]) -> list[str]:
    """What is wrong, one line for each missing or damaged file; empty when all are sound."""
    faults = []
    for listed in listing(models, wanted):
        if not listed.present:
            faults.append(f"{listed.path} is missing; get it with: {listed.model.command}")
        elif not sound(listed.path, listed.file):
            faults.append(f"{listed.path} is damaged; replace it with: {listed.model.command}")
    return faults


def sound(path: Path, file: ModelFile) -> bool:
    """Whether what lies at `path` is the file, to the last bit."""
    return path.is_file() and path.stat().st_size == file.size and sha256(path) == file.sha256


def sizes(folder: Path, suffix: str = "") -> list[int]:
    """Bytes of each file below a folder in which somebody else may be at work."""
    found = []
    for place, _, names in os.walk(folder):  # passes over folders that have just gone
        for name in names:
            with suppress(FileNotFoundError):
                if name.endswith(suffix):
                    found.append(Path(place, name).stat().st_size)
    return found


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
