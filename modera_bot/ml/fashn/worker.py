"""FASHN VTON in a process of its own; see ml/local/worker.py."""

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from modera_bot.ml.fashn.files import read_config
from modera_bot.ml.fashn.inputs import Inputs, Pixels, blank
from modera_bot.ml.local import worker

if TYPE_CHECKING:
    from modera_bot.ml.fashn.speed import Mode
    from modera_bot.ml.fashn.transformer import FashnTransformer


@dataclass(frozen=True, slots=True)
class Request:
    inputs: Inputs
    category: int
    seed: int
    steps: int


def main() -> None:
    descriptor, folder, device, mode, idle_s = sys.argv[1:]
    load = partial(_load, Path(folder), device, cast("Mode", mode))
    worker.run(descriptor, load, answer, float(idle_s))


def _load(folder: Path, device: str, mode: "Mode") -> "tuple[FashnTransformer, str]":
    """The model, warmed up, and where it is."""
    try:
        from modera_bot.ml.fashn.device import plan
        from modera_bot.ml.fashn.loading import load
        from modera_bot.ml.fashn.pipeline import generate
        from modera_bot.ml.fashn.speed import accelerate
    except ImportError as error:
        raise worker.not_installed(error) from error
    place = plan(read_config(folder), device)
    model = load(folder, place.device, place.dtype)
    if accelerate(model, mode):
        # a step with guidance and one without: both are compiled before anybody counts steps
        generate(model, blank(*model.config.input_shape), 1, seed=0, steps=2)
    return model, str(place)


def answer(model: "FashnTransformer", request: object, on_step: worker.OnStep) -> Pixels:
    """The picture that a Request asks for."""
    from modera_bot.ml.fashn.pipeline import generate

    assert isinstance(request, Request)
    return generate(
        model,
        request.inputs,
        request.category,
        seed=request.seed,
        steps=request.steps,
        on_step=on_step,
    )
