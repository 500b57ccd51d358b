"""The model files: which there are, whether they are sound, and how to get them.

They ship inside a wheel of MediaPipe on PyPI. The wheel is fetched for one fixed Python and
platform, which makes it the same file on every machine, and is never installed: it would pull
in packages that we can't live with, and nothing in it but the networks is of use to us.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import Path

from modera_bot.errors import Code, ModeraError

#: Told while files arrive: what is being done and the fraction of all that is done, 0 to 1.
Report = Callable[[str, float], None]

#: How often a download is looked at.
POLL_S = 0.2


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel on PyPI for one Python and one platform, so that its hash is known."""

    project: str
    version: str
    python: str
    platform: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A network: `member` is its path inside `wheel`, `size` in bytes."""

    name: str
    size: int
    sha256: str
    wheel: Wheel
    member: str
    licence: str = "Apache-2.0"

    def path(self, models: Path) -> Path:
        """Where it belongs in the folder of models."""
        return models / "body" / self.name


@dataclass(frozen=True, slots=True)
class Listed:
    """A model file and where it stands."""

    file: ModelFile
    path: Path
    present: bool


MEDIAPIPE = Wheel(
    project="mediapipe",
    version="0.10.21",
    python="3.11",
    platform="manylinux_2_28_x86_64",
    size=35_622_638,
    sha256="05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3",
)

FILES = (
    ModelFile(
        name="pose_detection.tflite",
        size=2_959_046,
        sha256="9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
        wheel=MEDIAPIPE,
        member="mediapipe/modules/pose_detection/pose_detection.tflite",
    ),
    ModelFile(
        name="pose_landmark_full.tflite",
        size=6_440_512,
        sha256="e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        wheel=MEDIAPIPE,
        member="mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
    ),
    ModelFile(
        name="selfie_segmentation.tflite",
        size=249_505,
        sha256="9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
        wheel=MEDIAPIPE,
        member="mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite",
    ),
    ModelFile(
        name="face_detection_short_range.tflite",
        size=229_714,
        sha256="bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
        wheel=MEDIAPIPE,
        member="mediapipe/modules/face_detection/face_detection_short_range.tflite",
    ),
    ModelFile(
        name="face_landmark.tflite",
        size=1_242_398,
        sha256="1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
        wheel=MEDIAPIPE,
        member="mediapipe/modules/face_landmark/face_landmark.tflite",
    ),
)


def listing(models: Path) -> list[Listed]:
    """All model files, in a fixed order, with whether each is there."""
    return [Listed(file, file.path(models), file.path(models).is_file()) for file in FILES]


def missing(models: Path) -> list[ModelFile]:
    """The files that aren't there; quick, since it reads none of them."""
    return [listed.file for listed in listing(models) if not listed.present]


def verify(models: Path) -> list[str]:
    """What is wrong, one line for each missing or damaged file; empty when all are sound."""
    faults = []
    for listed in listing(models):
        if not listed.present:
            faults.append(f"{listed.path} is missing; get it with: modera-bot models pull")
        elif _sha256(listed.path) != listed.file.sha256:
            faults.append(f"{listed.path} is damaged; replace it with: modera-bot models pull")
    return faults


def pull(models: Path, report: Report) -> None:
    """Fetch the files that are missing or damaged; fetches nothing when all are sound.

    A file appears under its name only once it is complete and its hash is right, so a pull
    may be interrupted at any moment and repeated. Raises ModeraError(MODELS_MISSING) with
    what to do about it in its detail; it is not permanent when only the network failed.
    """
    report("checking", 0.0)
    wanted = [file for file in FILES if not _sound(file, models)]
    try:
        for wheel in dict.fromkeys(file.wheel for file in wanted):
            members = [file for file in wanted if file.wheel == wheel]
            _pull_from(wheel, members, models, report)
    except OSError as error:
        raise _failure(_reason(error, models)) from error
    report("ready", 1.0)


def _pull_from(wheel: Wheel, files: list[ModelFile], models: Path, report: Report) -> None:
    models.mkdir(parents=True, exist_ok=True)
    # inside `models`, so that renaming stays within one file system
    with tempfile.TemporaryDirectory(prefix=".pull-", dir=models) as folder:
        archive = _download(wheel, Path(folder), report)
        report("unpacking", 0.98)
        with zipfile.ZipFile(archive) as opened:
            for file in files:
                _place(file, opened.read(file.member), Path(folder), models)


def _place(file: ModelFile, data: bytes, folder: Path, models: Path) -> None:
    """Write a file completely, then give it its name."""
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise _failure(f"{file.member} in the wheel is not the file we know; nothing was kept")
    whole, final = folder / file.name, file.path(models)
    with whole.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    final.parent.mkdir(exist_ok=True)
    whole.replace(final)


def _download(wheel: Wheel, folder: Path, report: Report) -> Path:
    """The wheel, fetched by pip into `folder` and checked."""
    log = folder / "pip.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*_pip(wheel), "--dest", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # pip writes to its temporary folder first; there we can watch the file grow
            env={**os.environ, "TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)},
        )
        try:
            while process.poll() is None:
                report(f"fetching {wheel.project}", _arrived(folder, wheel))
                time.sleep(POLL_S)
        finally:
            process.kill()
            process.wait()
    archive = next(folder.glob("*.whl"), None)
    if process.returncode or archive is None:
        raise _pip_failure(log.read_text(errors="replace"), wheel)
    if _sha256(archive) != wheel.sha256:
        raise _failure(
            f"{archive.name} as pip got it has a wrong SHA-256, so nothing was unpacked; "
            "check the package index in pip's configuration and run pip cache purge"
        )
    return archive


def _pip(wheel: Wheel) -> list[str]:
    """The command that fetches a wheel for a fixed Python, whatever runs here."""
    return [
        *(sys.executable, "-m", "pip", "download", "--no-input", "--progress-bar", "off"),
        *("--disable-pip-version-check", "--no-deps", "--only-binary=:all:"),
        *("--implementation", "cp", "--python-version", wheel.python),
        *("--platform", wheel.platform, f"{wheel.project}=={wheel.version}"),
    ]


def _arrived(folder: Path, wheel: Wheel) -> float:
    """The share of all the work that is done, from the size of the file that grows."""
    sizes = []
    for file in folder.rglob("*.whl"):
        try:
            sizes.append(file.stat().st_size)
        except FileNotFoundError:  # pip has just moved it
            continue
    return 0.97 * min(1.0, max(sizes, default=0) / wheel.size)


def _sound(file: ModelFile, models: Path) -> bool:
    path = file.path(models)
    return path.is_file() and _sha256(path) == file.sha256


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pip_failure(log: str, wheel: Wheel) -> ModeraError:
    """Why pip failed, in our words, with what to do."""
    if "No module named pip" in log:
        add = f"{sys.executable} -m ensurepip --upgrade"
        return _failure(f"this Python has no pip; add it with: {add}")
    if "No space left on device" in log:
        return _failure(f"the disk is full; the download needs {wheel.size >> 20} MB for a moment")
    last = log.strip().rpartition("\n")[2]
    return _failure(
        f"pip could not fetch {wheel.project} {wheel.version} ({last}); connect to the "
        "internet, or name a mirror or a folder with the wheel in pip's configuration "
        "(PIP_INDEX_URL, PIP_FIND_LINKS), then repeat: modera-bot models pull",
        permanent=False,
    )


def _reason(error: OSError, models: Path) -> str:
    if error.errno == ENOSPC:
        return f"the disk of {models} is full; make room, then repeat: modera-bot models pull"
    return f"cannot write to {models} ({error.strerror}); check its owner and permissions"


def _failure(reason: str, *, permanent: bool = True) -> ModeraError:
    return ModeraError(Code.MODELS_MISSING, reason, permanent)
