"""Model files from the hub, over HTTP."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from modera_bot.errors import Code, ModeraError
from modera_bot.ml import weights
from modera_bot.ml.weights import Model
from tests.ml.weights.conftest import WEIGHTS, Hub, left_in


def quiet(what: str, fraction: float) -> None:
    pass


def test_a_file_of_the_hub_arrives_with_progress_and_leaves_nothing_else(
    hub: Hub, tryon: Model, folder: Path
) -> None:
    told: list[tuple[str, float]] = []
    weights.pull(folder, tryon, lambda what, fraction: told.append((what, fraction)))
    assert left_in(folder) == {"tryon/model.safetensors": WEIGHTS}
    assert [path.name for path in folder.iterdir()] == ["tryon"]
    assert ("fetching model.safetensors", 1.0) in told
    assert weights.verify(folder, [tryon]) == []


def test_a_transfer_that_broke_off_goes_on_where_it_ended(
    hub: Hub, tryon: Model, folder: Path
) -> None:
    hub.cut = 300_000
    with pytest.raises(ModeraError, match="repeat: modera-bot models pull tryon") as caught:
        weights.pull(folder, tryon, quiet)
    assert not caught.value.permanent
    assert not (folder / "tryon").exists()
    hub.cut = None
    weights.pull(folder, tryon, quiet)
    assert hub.ranges == [None, "bytes=300000-"]
    assert left_in(folder) == {"tryon/model.safetensors": WEIGHTS}


def test_the_access_token_is_shown_to_the_hub_alone(
    hub: Hub, tryon: Model, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    weights.pull(folder, tryon, quiet)
    assert hub.tokens == ["Bearer hf_secret", None]


def test_other_bytes_than_the_registry_knows_are_not_kept(
    hub: Hub, tryon: Model, folder: Path
) -> None:
    hub.served = WEIGHTS[::-1]
    with pytest.raises(ModeraError, match="SHA-256 differs"):
        weights.pull(folder, tryon, quiet)
    assert not (folder / "tryon").exists()


@pytest.mark.parametrize(
    ("status", "next_step"),
    [(401, "HF_TOKEN"), (403, "accept its terms"), (404, r"registry\.toml"), (500, "later repeat")],
)
def test_each_refusal_of_the_hub_names_the_next_step(
    hub: Hub,
    tryon: Model,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    next_step: str,
) -> None:
    hub.status = status
    monkeypatch.setattr("modera_bot.ml.weights.hub.RETRIES", 0)
    with pytest.raises(ModeraError, match=next_step) as caught:
        weights.pull(folder, tryon, quiet)
    assert caught.value.code is Code.MODELS_MISSING
    assert caught.value.permanent is (status != 500)


def test_a_hub_that_is_away_is_told_with_every_way_out(
    hub: Hub, tryon: Model, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("modera_bot.ml.weights.hub.RETRIES", 0)
    with pytest.raises(ModeraError, match=r"HF_ENDPOINT.*--from FOLDER") as caught:
        weights.pull(folder, tryon, quiet)
    assert not caught.value.permanent


def test_a_disk_that_is_too_small_is_told_before_anything_is_fetched(
    hub: Hub, tryon: Model, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9 - 5, 5))
    with pytest.raises(ModeraError, match=r"needs 1 MB.* has 0 MB left; make room"):
        weights.pull(folder, tryon, quiet)
    assert hub.ranges == []


@pytest.mark.parametrize("laid_out", ["tryon/model.safetensors", "model.safetensors"])
def test_a_folder_can_take_the_hubs_place(
    tryon: Model, folder: Path, tmp_path: Path, laid_out: str
) -> None:
    stick = tmp_path / "stick"
    (stick / laid_out).parent.mkdir(parents=True)
    (stick / laid_out).write_bytes(WEIGHTS)
    told: list[float] = []
    weights.pull(folder, tryon, lambda what, fraction: told.append(fraction), stick)
    assert left_in(folder) == {"tryon/model.safetensors": WEIGHTS}
    assert told[-1] == 1


def test_a_folder_without_the_file_is_told_with_what_was_looked_for(
    tryon: Model, folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(ModeraError, match=r"none of tryon/model\.safetensors, model\.safetensors"):
        weights.pull(folder, tryon, quiet, tmp_path)


def test_a_damaged_file_in_a_folder_is_not_kept(tryon: Model, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(WEIGHTS[:-1])
    with pytest.raises(ModeraError, match=f"replace it in {tmp_path}"):
        weights.pull(folder, tryon, quiet, tmp_path)
    assert not (folder / "tryon").exists()


def test_two_pulls_of_a_model_at_once_do_not_mix(
    tryon: Model, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "model.safetensors").write_bytes(WEIGHTS)
    refused: list[ModeraError] = []

    def again(what: str, fraction: float) -> None:
        if what.startswith("copying") and not refused:
            with pytest.raises(ModeraError, match="another pull") as caught:
                weights.pull(folder, tryon, quiet, tmp_path)
            refused.append(caught.value)

    weights.pull(folder, tryon, again, tmp_path)
    assert [error.permanent for error in refused] == [False]
    assert left_in(folder) == {"tryon/model.safetensors": WEIGHTS}
