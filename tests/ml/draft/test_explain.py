"""A draft's stages as pictures: what is written, also when a gate refuses."""

import re

import numpy as np
import pytest
from click.testing import CliRunner, Result

from modera_bot.cli import commands
from modera_bot.contracts import Category
from modera_bot.errors import Code, Refusal
from modera_bot.images import decode
from modera_bot.ml.base import GarmentPicture, TryOnTask
from modera_bot.ml.draft import draft_tryon
from modera_bot.ml.draft.explain import explain
from modera_bot.ml.draft.watching import Step
from tests.conftest import ROOT
from tests.ml.conftest import SAMPLES, sample


def task(person: str, garment: str, category: Category | None = None) -> TryOnTask:
    return TryOnTask(sample(person), (GarmentPicture(sample(garment), category),))


TOP = "people/ben_tee_logo", "garments/long_plaid"


@pytest.fixture(scope="module")
def explained(models, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stages")
    draft_tryon(task(*TOP), models)  # a remembered garment is explained all the same
    return folder, explain(task(*TOP), models, folder)


def names(folder) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_every_stage_is_a_numbered_picture(explained):
    folder, _ = explained
    numbers, stages = zip(*(name.split("-", 1) for name in names(folder)), strict=True)
    assert numbers == tuple(f"{number:02}" for number in range(1, len(Step)))
    assert sorted(stages) == sorted(f"{step}.jpg" for step in Step if step is not Step.WORN)
    assert stages[-1] == "composite.jpg"
    pictures = [decode(file.read_bytes()) for file in sorted(folder.iterdir())]
    assert len({picture.tobytes() for picture in pictures}) == len(pictures)
    assert min(picture.std() for picture in pictures) > 1


@pytest.mark.parametrize("garment", ["garments/trousers", "garments/dress_pin"])
def test_bottoms_and_dresses_have_the_same_stages(garment, explained, models, tmp_path):
    explain(task("people/mia_tank_dots", garment), models, tmp_path)
    stages = {name.split("-", 1)[1] for name in names(tmp_path)}
    assert stages == {name.split("-", 1)[1] for name in names(explained[0])}


def test_explaining_changes_nothing(explained, models):
    folder, output = explained
    assert (output.picture == draft_tryon(task(*TOP), models).picture).all()
    last = decode((folder / "10-composite.jpg").read_bytes()).astype(np.int16)
    assert np.abs(last - output.picture).mean() < 2


def test_where_a_gate_refuses_there_are_the_stages_so_far_and_the_reason(models, tmp_path):
    (tmp_path / "10-composite.jpg").write_bytes(b"of an earlier draft")
    (tmp_path / "holiday.jpg").write_bytes(b"not ours")
    with pytest.raises(Refusal) as refused:
        explain(task("garments/trousers", "garments/tee_logo"), models, tmp_path)
    assert refused.value.code is Code.NO_PERSON
    assert names(tmp_path) == [
        "01-cut-out.jpg",
        "02-key-points.jpg",
        "03-pose.jpg",
        "04-refused.txt",
        "holiday.jpg",
    ]
    assert (tmp_path / "04-refused.txt").read_text().strip() == Code.NO_PERSON


def command(models, folder, *options: str) -> Result:
    pictures = SAMPLES / "people" / "ben_tee_logo.jpg", SAMPLES / "garments" / "long_plaid.jpg"
    arguments = ["tryon", *map(str, pictures), "-o", str(folder / "draft.jpg"), *options]
    return CliRunner().invoke(commands, arguments, env={"MODERA_MODELS": str(models)})


def test_the_command_writes_the_stages_beside_the_draft(models, tmp_path):
    ended = command(models, tmp_path, "--explain", str(tmp_path / "stages"))
    assert ended.exit_code == 0, ended.output
    assert (tmp_path / "draft.jpg").exists()
    assert names(tmp_path / "stages")[-1] == "10-composite.jpg"


def test_only_drafts_have_stages_to_show(models, tmp_path):
    ended = command(models, tmp_path, "--explain", str(tmp_path), "--backend", "fashn")
    assert ended.exit_code == 2
    assert "shows the draft's stages, not those of fashn" in ended.output


def test_the_stages_are_named_as_in_the_documentation():
    told = re.findall(r"^\d+\. \*\*([a-z-]+)\*\*", (ROOT / "docs" / "draft.md").read_text(), re.M)
    assert told == [step.value for step in Step]
