"""`modera-bot models`, as an operator runs it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from modera_bot.cli import commands
from modera_bot.ml.weights import Model
from tests.ml.weights.conftest import WEIGHTS, write_registry


@pytest.fixture
def run(folder: Path, tryon: Model, body: Model, monkeypatch: pytest.MonkeyPatch):
    """Runs a command where these two models are known and `draft` is the only backend."""
    write_registry(folder, tryon, body)
    monkeypatch.chdir(folder.parent)
    monkeypatch.setenv("MODERA_MODELS", str(folder))

    def run(*arguments: str, answer: str | None = None) -> Result:
        return CliRunner().invoke(commands, ["models", *arguments], input=answer)

    return run


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick" / "model.safetensors").write_bytes(WEIGHTS)
    return tmp_path / "stick"


def test_models_are_listed_with_need_licence_size_and_files(run, stick: Path) -> None:
    told = run("list").output
    assert "tryon: puts clothes on people" in told
    assert "not needed as configured, CC-BY-NC-4.0 (non-commercial use only), 1 MB" in told
    assert "needed as configured, Apache-2.0 (any use)" in told
    assert told.count("missing ") == 3
    run("pull", "tryon", "--from", str(stick), "--accept-licence")
    told = run("list").output
    assert (told.count("missing "), told.count("here ")) == (2, 1)


def test_a_pull_without_a_name_fetches_what_the_settings_need(run, folder: Path) -> None:
    result = run("pull")
    assert result.exit_code == 0, result.output
    assert "body: all files are in" in result.output
    assert not (folder / "tryon").exists()
    assert "body: all files are sound" in run("verify").output


def test_a_non_commercial_licence_must_be_accepted(run, folder: Path, stick: Path) -> None:
    result = run("pull", "tryon", "--from", str(stick))
    assert result.exit_code != 0
    assert "non-commercial use only" in result.output
    assert "--accept-licence" in result.output
    assert not (folder / "tryon").exists()
    assert run("pull", "tryon", "--from", str(stick), "--accept-licence").exit_code == 0
    assert (folder / "tryon" / "model.safetensors").read_bytes() == WEIGHTS


def test_a_terminal_is_asked_about_a_non_commercial_licence(
    run, folder: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda self: True)
    refused = run("pull", "tryon", "--from", str(stick), answer="n\n")
    assert "Do you accept that?" in refused.output
    assert not (folder / "tryon").exists()
    assert run("pull", "tryon", "--from", str(stick), answer="y\n").exit_code == 0
    assert (folder / "tryon" / "model.safetensors").exists()


def test_verifying_names_the_file_and_the_command_that_mends_it(
    run, folder: Path, stick: Path
) -> None:
    run("pull", "tryon", "--from", str(stick), "--accept-licence")
    weights = folder / "tryon" / "model.safetensors"
    weights.write_bytes(b"x" + WEIGHTS[1:])
    result = run("verify", "tryon")
    assert result.exit_code == 1
    assert f"{weights} is damaged; replace it with: modera-bot models pull tryon" in result.output


def test_an_unknown_model_is_answered_with_the_known_ones(run) -> None:
    assert "'fashion' is none of tryon, body" in run("pull", "fashion").output
