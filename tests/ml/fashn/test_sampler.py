"""Sampling: told step by step, stopped between two, with or without guidance."""

import pytest
import torch
from torch.nn.attention import SDPBackend

from modera_bot.bench import diffusion
from modera_bot.bench.flop import forward_flop
from modera_bot.bench.plain import Plain
from modera_bot.bench.random_model import random_conditions, random_model
from modera_bot.ml.fashn.backbone import Streams
from modera_bot.ml.fashn.conditioner import time_sinusoid
from modera_bot.ml.fashn.config import FashnConfig
from modera_bot.ml.fashn.sampler import sample
from modera_bot.ml.fashn.schedule import time_grid
from tests.ml.fashn.tiny import CONFIG

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def model():
    return random_model(CONFIG, CPU, torch.float32)


@pytest.fixture(scope="module")
def given():
    return random_conditions(CONFIG, CPU)


def count_passes(model, monkeypatch) -> list[int]:
    """How many pictures each pass through the network takes, guided ones two."""
    batches: list[int] = []
    forward = model.backbone.forward

    def counted(x: torch.Tensor, *rest: object) -> torch.Tensor:
        batches.append(len(x))
        return forward(x, *rest)

    monkeypatch.setattr(model.backbone, "forward", counted)
    return batches


def test_each_step_is_told_and_may_end_the_sampling(model, given):
    conditions, noise = given
    told = []

    class Enough(Exception):
        pass

    def on_step(done: int, steps: int) -> None:
        told.append((done, steps))
        if done == 2:
            raise Enough

    with pytest.raises(Enough):
        sample(model, conditions, noise=noise, steps=5, on_step=on_step)
    assert told == [(1, 5), (2, 5)]


def test_guidance_is_one_pass_of_two_and_the_last_step_has_none(model, given, monkeypatch):
    conditions, noise = given
    batches = count_passes(model, monkeypatch)
    sample(model, conditions, noise=noise, steps=4)
    assert batches == [2, 2, 2, 1]


def test_without_guidance_nothing_is_computed_twice(model, given, monkeypatch):
    conditions, noise = given
    batches = count_passes(model, monkeypatch)
    sample(model, conditions, noise=noise, steps=3, guidance=1)
    assert batches == [1, 1, 1]


def test_guidance_may_end_early_to_save_time(model, given, monkeypatch):
    conditions, noise = given
    whole = sample(model, conditions, noise=noise, steps=4)
    batches = count_passes(model, monkeypatch)
    short = sample(model, conditions, noise=noise, steps=4, guided_until=0.1)
    assert batches == [2, 2, 1, 1]  # the grid's first times are 0 and .07
    assert not torch.equal(short, whole)


def test_the_same_noise_gives_the_same_picture(model, given):
    conditions, noise = given
    first, again = (sample(model, conditions, noise=noise, steps=3) for _ in range(2))
    assert torch.equal(first, again)


def test_modulation_is_computed_once_for_a_schedule(model, monkeypatch):
    table = model.modulations(7, 2)
    assert table.shape == (7, sum(CONFIG.modulation_sizes))
    monkeypatch.setattr(model.conditioner, "forward", None)
    assert model.modulations(7, 2) is table
    with pytest.raises(TypeError):
        model.modulations(8, 2)


def test_a_batch_gives_each_picture_as_if_it_were_alone(model, given):
    conditions, noise = given
    both = [torch.cat((t, t.flip(-1))) for t in (conditions.person, conditions.garment)]
    poses = [torch.cat((t, t)) for t in (conditions.person_pose, conditions.garment_pose)]
    batch = type(conditions)(both[0], poses[0], both[1], poses[1], torch.tensor([1, 3]))
    made = sample(model, batch, noise=torch.cat((noise, noise)), steps=2)
    alone = sample(model, conditions, noise=noise, steps=2)
    torch.testing.assert_close(made[:1], alone, atol=1e-5, rtol=0)
    assert (made[1] - made[0]).abs().max() > 0.01


def test_the_grid_rises_from_noise_to_picture():
    for steps in (1, 2, 30, 50):
        grid = time_grid(steps)
        assert (grid[0], grid[-1]) == (0, 1)
        assert (grid.diff() > 0).all()
        assert (grid.diff().diff() >= -1e-6).all()  # ever longer steps


def test_late_times_are_told_apart_in_half_precision():
    """Steps of 4 in 1000, as bf16 has there, would make these the same."""
    close = time_sinusoid(torch.tensor([0.930, 0.932]))
    assert (close[0] - close[1]).abs().max() > 0.5


def test_the_plain_implementation_computes_the_same_function(model, given):
    conditions, noise = given
    plain = Plain(model, SDPBackend.MATH)
    theirs = plain.sample(conditions, noise=noise, steps=diffusion.COMPARED)
    difference = diffusion.difference(model, theirs, conditions, noise)
    assert difference["rms_from_plain"] < 1e-5 < difference["rms_of_plain"]


def test_work_is_counted_as_published():
    published = forward_flop(FashnConfig())
    assert round(published / 1e12, 2) == 13.20
    assert forward_flop(FashnConfig(), ours=True) < published


def test_the_garments_tokens_of_the_last_block_are_not_computed(model, given):
    conditions, noise = given
    streams = model.backbone.embed(
        conditions.person, conditions.person_pose, conditions.garment, conditions.garment_pose
    )
    seen = []
    last = model.backbone.single_blocks[-1]
    hook = last.linear2.register_forward_hook(lambda _, given, __: seen.append(given[0].shape[1]))
    model.velocity(noise, Streams(*streams), model.modulations(2, 1)[:1])
    hook.remove()
    assert seen == [CONFIG.tokens]
