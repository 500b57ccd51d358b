"""The registry: what ships is sound, what an operator writes is checked."""

from pathlib import Path

import pytest

from modera_bot.errors import ModeraError
from modera_bot.ml import weights
from modera_bot.ml.backends import BACKENDS
from modera_bot.ml.weights import Model
from tests.conftest import ROOT
from tests.ml.weights.conftest import write_registry


def test_the_registry_in_the_models_folder_is_the_one_that_ships() -> None:
    linked = ROOT / "models" / "registry.toml"
    assert linked.read_text() == (ROOT / "modera_bot" / "ml" / "registry.toml").read_text()


def test_every_model_that_ships_may_be_used_for_business(tmp_path: Path) -> None:
    for model in weights.registry(tmp_path).values():
        assert model.commercial
        assert model.licence == "Apache-2.0"
        assert all(file.path.startswith(f"{model.key}/") for file in model.files)


def test_every_backend_that_needs_a_model_exists(tmp_path: Path) -> None:
    for model in weights.registry(tmp_path).values():
        assert {*model.backends} <= {*BACKENDS}


def test_a_registry_of_the_operator_replaces_the_one_that_ships(folder: Path, tryon: Model) -> None:
    write_registry(folder, tryon)
    assert weights.registry(folder) == {"tryon": tryon}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[tryon", "registry.toml: .*; mend or delete it"),
        ("tryon = 3", "mend or delete it"),
        ("[tryon]\nwhat = 'x'", "licence: Field required"),
        (
            "[a]\nwhat='x'\nlicence='x'\nterms='x'\ncommercial=true\nmemory=1\nbackends=[]\n"
            "[[a.files]]\npath='../a/b'\nsize=1\nsha256='00'",
            "files.0.path: ",
        ),
        (
            "[a]\nwhat='x'\nlicence='x'\nterms='x'\ncommercial=true\nmemory=1\nbackends=[]\n"
            f"[[a.files]]\npath='a/b'\nsize=1\nsha256='{'0' * 64}'\nrepo='a/b'",
            "give either member, or repo",
        ),
    ],
)
def test_a_fault_in_the_registry_is_told_with_its_place(
    folder: Path, text: str, fault: str
) -> None:
    folder.mkdir()
    (folder / "registry.toml").write_text(text)
    with pytest.raises(ModeraError, match=fault):
        weights.registry(folder)


def test_a_model_is_needed_by_its_backends_or_by_all(body: Model, tryon: Model) -> None:
    assert body.needed_by(["draft"])
    assert tryon.needed_by(["tryon", "draft"])
    assert not tryon.needed_by(["draft"])
