"""`modera-bot bench diffusion` measures ours next to the plain one; how fast is for people."""

import json
import sys

import pytest
from click.testing import CliRunner

from modera_bot.bench import diffusion
from modera_bot.cli import commands
from tests.ml.fashn.tiny import CONFIG

COMMAND = ["bench", "diffusion", "--steps", "3", "--repeat", "1", "--json"]


@pytest.fixture(scope="module")
def ended():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diffusion, "SMALL", CONFIG)
        patch.setattr(diffusion, "accelerate", lambda model, mode: None)  # to compile takes minutes
        return CliRunner().invoke(commands, COMMAND)


def test_ours_is_compared_with_the_plain_one_in_the_same_run(ended):
    assert ended.exit_code == 0, ended.output
    modes = json.loads(ended.stdout)["modes"]
    assert (modes["plain"]["times_plain"], modes["plain"]["attention"]) == (1, "FLASH_ATTENTION")
    eager = modes["eager"]
    assert eager["times_plain"] == modes["plain"]["picture_s"] / eager["picture_s"]
    assert eager["rms_from_plain"] < 1e-5 < eager["rms_of_plain"]


def test_graphs_are_not_measured_where_there_are_none(ended):
    assert set(json.loads(ended.stdout)["modes"]) == {"plain", "eager", "compile"}


def test_what_an_approximation_leaves_out_is_told(ended):
    fewer, unguided, both = json.loads(ended.stdout)["approximations"]
    assert (fewer["steps"], unguided["steps"], both["steps"]) == (2, 3, 2)
    assert all(made["rms_from_whole"] > 0 for made in (fewer, both))


def test_people_read_a_line_for_each_mode_as_soon_as_it_is_measured(ended):
    lines = [line.split()[0] for line in ended.stderr.splitlines()]
    assert lines[2:5] == ["plain", "eager", "compile"]


def test_figures_are_kept_after_each_mode(monkeypatch):
    monkeypatch.setattr(diffusion, "SMALL", CONFIG)
    kept = []
    diffusion.run(
        steps=1,
        repeat=1,
        modes=("eager",),
        tell=lambda line: None,
        save=lambda figures: kept.append(list(figures.modes)),
    )
    assert kept[:2] == [["plain"], ["plain", "eager"]]


def test_without_torch_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "modera_bot.bench.diffusion")
    ended = CliRunner().invoke(commands, COMMAND)
    assert ended.exit_code == 1
    assert "pip install 'modera-bot[local]'" in ended.output
