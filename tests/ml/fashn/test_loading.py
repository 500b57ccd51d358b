"""Weights that are not what they should be: one message, with the file and the remedy."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from modera_bot.errors import BackendError, Code
from modera_bot.ml.fashn.config import FashnConfig
from modera_bot.ml.fashn.loading import load
from tests.ml.fashn.tiny import CONFIG, write_model

CPU = torch.device("cpu")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_model(tmp_path / "fashn")
    return tmp_path / "fashn"


def refused(folder: Path) -> str:
    with pytest.raises(BackendError) as caught:
        load(folder, CPU, torch.float32)
    assert caught.value.code is Code.MODELS_MISSING
    assert caught.value.permanent
    assert "modera-bot models pull fashn" in caught.value.detail
    assert "\n" not in caught.value.detail
    return caught.value.detail


def changed(folder: Path, change) -> str:
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors")
    detail = refused(folder)
    assert str(folder / "model.safetensors") in detail
    return detail


def test_every_parameter_comes_from_the_file(folder: Path) -> None:
    model = load(folder, CPU, torch.float32)
    stored = load_file(folder / "model.safetensors")
    parts = model.backbone.state_dict() | model.conditioner.state_dict()
    assert parts.keys() == stored.keys()
    assert all(torch.equal(parts[name], stored[name]) for name in parts)
    assert model.config == CONFIG


def test_the_unused_buffer_of_the_published_file_is_accepted(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    weights["patch_mixer_token"] = torch.zeros(1, 1, 432)
    save_file(weights, folder / "model.safetensors")
    load(folder, CPU, torch.float32)


def test_a_missing_file_is_named_with_the_command_that_gets_it(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    assert f"{folder / 'model.safetensors'} is missing" in refused(folder)


def test_a_truncated_file_is_refused(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1000])
    assert str(file) in refused(folder)


def test_a_file_of_something_else_is_refused(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"<!DOCTYPE html><html>Not found</html>" * 9)
    refused(folder)


def test_a_missing_tensor_is_named(folder: Path) -> None:
    detail = changed(folder, lambda weights: weights.pop("x_embedder.proj.bias"))
    assert "x_embedder.proj.bias is missing" in detail


def test_an_unknown_tensor_is_named(folder: Path) -> None:
    detail = changed(folder, lambda weights: weights.update(extra=torch.zeros(3)))
    assert "extra is unknown" in detail


def test_a_tensor_of_another_shape_is_named_with_both(folder: Path) -> None:
    def swap(weights: dict[str, torch.Tensor]) -> None:
        name = "single_blocks.0.linear1.weight"
        weights[name] = weights[name].T.contiguous()

    assert "single_blocks.0.linear1.weight is [64, 448] and should be [448, 64]" in changed(
        folder, swap
    )


def test_weights_of_another_size_are_refused_without_a_configuration(folder: Path) -> None:
    (folder / "config.json").unlink()
    assert "more such faults" in refused(folder)


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"model": {"hidden_sise": 64}}', '{"model": {"hidden_size": 65}}', "{}"],
)
def test_a_configuration_that_makes_no_sense_is_refused(folder: Path, text: str) -> None:
    (folder / "config.json").write_text(text)
    assert str(folder / "config.json") in refused(folder)


def test_a_configuration_that_was_left_behind_is_named(folder: Path) -> None:
    """The published weights have none, and no pull removes it."""
    (folder / "model.safetensors").write_bytes(b"something else")
    assert f"delete {folder / 'config.json'}" in refused(folder)


def test_the_published_dimensions_need_no_configuration() -> None:
    config = FashnConfig()
    assert config.tokens == 3456
    assert json.dumps(config.input_shape) == "[864, 576]"
