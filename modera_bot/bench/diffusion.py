"""How fast FASHN VTON 1.5 runs here, next to a plain implementation in the same run.

Weights are random (seeded): speed does not depend on their values. Each mode is warmed up
first, and the warm-up is told. Work is counted for the network as published, so that what
ours leaves out counts as speed; the share of the device's peak is of what ours really computes.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend

from modera_bot.bench.flop import DATASHEET, forward_flop
from modera_bot.bench.plain import Plain
from modera_bot.bench.random_model import SMALL, random_conditions, random_model
from modera_bot.ml.fashn.config import FashnConfig
from modera_bot.ml.fashn.sampler import Conditions, sample
from modera_bot.ml.fashn.speed import MODES, Mode, accelerate
from modera_bot.ml.fashn.transformer import FashnTransformer


@dataclass(slots=True)
class Figures:
    """What was measured; seconds, bytes, TFLOP/s."""

    device: str
    torch: str
    shape: tuple[int, int]
    steps: int
    parameters: int
    work: float
    matmul_peak: float | None = None
    datasheet_peak: float | None = None
    modulations_s: float | None = None
    modes: dict[str, dict[str, Any]] = field(default_factory=dict)
    approximations: list[dict[str, Any]] = field(default_factory=list)
    kernels: list[dict[str, Any]] = field(default_factory=list)


#: Torch's fused attentions, of which the plain implementation takes the fastest.
FUSED = {
    "cuda": (SDPBackend.FLASH_ATTENTION, SDPBackend.CUDNN_ATTENTION),
    "cpu": (SDPBackend.FLASH_ATTENTION,),
}

#: Steps after which the pictures of the modes are compared.
COMPARED = 4

#: Off by default: number of steps, and the time after which there is no guidance.
APPROXIMATIONS = ((20, 1.0), (30, 0.5), (20, 0.5))


def run(
    *,
    steps: int = 30,
    repeat: int = 5,
    modes: tuple[Mode, ...] = MODES,
    tell: Callable[[str], None] = print,
    save: Callable[[Figures], None] = lambda figures: None,
) -> Figures:
    """Measure; `tell` hears each line, `save` gets the figures whenever there are new ones."""
    gpu = torch.cuda.is_available()
    device = torch.device("cuda" if gpu else "cpu")
    config = FashnConfig() if gpu else SMALL
    model = _prepared(config, device, steps)
    figures = _figures(model, steps)
    tell(f"{figures.device}, torch {figures.torch}, {config.input_shape}, {steps} steps")
    tell(f"{figures.work:.2f} TFLOP a picture as published")
    conditions, noise = random_conditions(config, device)

    def note(name: str, mode: dict[str, Any]) -> None:
        figures.modes[name] = mode
        _compare(figures, name, config)
        tell(_line(name, mode))
        save(figures)

    measured, theirs = measure_plain(model, conditions, noise, steps, repeat)
    note("plain", measured)
    for mode in modes if gpu else tuple(mode for mode in modes if mode != "graphs"):
        model = _prepared(config, device, steps, mode)
        measured = measure(partial(_picture, model, conditions, noise), steps, repeat, device)
        note(mode, measured | difference(model, theirs, conditions, noise))
    model = _prepared(config, device, steps, "eager")
    for count, until in APPROXIMATIONS:
        short = max(1, round(count * steps / 30))
        made = approximation(model, conditions, noise, steps, short, until, device)
        figures.approximations.append(made)
        tell(f"{short} steps, guided until {until}: {made['picture_s']:.3f} s a picture")
    save(figures)
    if gpu:
        figures.kernels = kernels(lambda: sample(model, conditions, noise=noise, steps=2))
        save(figures)
    return figures


def _prepared(
    config: FashnConfig, device: torch.device, steps: int, mode: Mode | None = None
) -> FashnTransformer:
    """The network with the modulation of its schedule: anew for each mode, which can't be left."""
    dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
    model = random_model(config, device, dtype)
    for category in (0, 1):
        model.modulations(steps, category)
    if mode is not None:
        accelerate(model, mode)
    return model


def _figures(model: FashnTransformer, steps: int) -> Figures:
    """What is known before anything is sampled."""
    figures = Figures(
        device=f"CPU, {torch.get_num_threads()} threads",
        torch=torch.__version__,
        shape=model.config.input_shape,
        steps=steps,
        parameters=sum(p.numel() for p in model.parameters()),
        work=(2 * steps - 1) * forward_flop(model.config) / 1e12,
    )
    if model.device.type == "cuda":
        figures.device = torch.cuda.get_device_name(model.device)
        figures.matmul_peak = matmul_peak(model.device)
        figures.datasheet_peak = next(
            (peak for name, peak in DATASHEET.items() if name in figures.device), None
        )
    another = 2  # a category whose modulation is not remembered yet
    figures.modulations_s = _seconds(lambda: model.modulations(steps, another), model.device)
    return figures


def measure_plain(
    model: FashnTransformer, conditions: Conditions, noise: Tensor, steps: int, repeat: int
) -> tuple[dict[str, Any], Tensor]:
    """The figures of the plain implementation, and its picture after COMPARED steps.

    With whichever of torch's attentions is the fastest here. It is gone afterwards, with the
    weights that ours does without: memory is measured fairly.
    """
    measured: list[tuple[dict[str, Any], Tensor]] = []
    for attention in FUSED[model.device.type]:
        plain = Plain(model, attention)
        picture = partial(_plain_picture, plain, conditions, noise)
        figures = measure(picture, steps, repeat, model.device)
        measured.append((figures | {"attention": attention.name}, picture(COMPARED)))
    return min(measured, key=lambda each: each[0]["picture_s"])


def _plain_picture(plain: Plain, conditions: Conditions, noise: Tensor, steps: int) -> Tensor:
    return plain.sample(conditions, noise=noise, steps=steps)


def _picture(model: FashnTransformer, conditions: Conditions, noise: Tensor, steps: int) -> Tensor:
    return sample(model, conditions, noise=noise, steps=steps)


def measure(
    picture: Callable[[int], Tensor], steps: int, repeat: int, device: torch.device
) -> dict[str, Any]:
    """Seconds of the warm-up and of a picture, and the most memory that was allocated."""
    if device.type == "cuda":
        gc.collect()  # the networks of earlier modes
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    warm_up = _seconds(lambda: picture(2), device)  # a guided step and an unguided one
    times = [_seconds(lambda: picture(steps), device) for _ in range(repeat)]
    median = statistics.median(times)
    peak = torch.cuda.max_memory_allocated() if device.type == "cuda" else None
    return {
        "picture_s": median,
        "step_s": median / steps,
        "fastest_s": min(times),
        "slowest_s": max(times),
        "warm_up_s": warm_up,
        "peak_bytes": peak,
    }


def approximation(
    model: FashnTransformer,
    conditions: Conditions,
    noise: Tensor,
    steps: int,
    short: int,
    guided_until: float,
    device: torch.device,
) -> dict[str, Any]:
    """Seconds of a shortened picture, and its RMS distance from the whole one.

    Of random weights the distance says only that something was left out; how a picture by
    the published weights looks then must be judged with those.
    """

    def picture() -> Tensor:
        return sample(model, conditions, noise=noise, steps=short, guided_until=guided_until)

    whole, made = sample(model, conditions, noise=noise, steps=steps), picture()
    times = [_seconds(picture, device) for _ in range(3)]
    return {
        "steps": short,
        "guided_until": guided_until,
        "picture_s": statistics.median(times),
        "rms_from_whole": float((made - whole).square().mean().sqrt()),
        "rms_of_whole": float(whole.square().mean().sqrt()),
    }


def _seconds(work: Callable[[], object], device: torch.device) -> float:
    begun = time.perf_counter()
    work()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - begun


def _line(name: str, mode: dict[str, Any]) -> str:
    """What was measured in a mode, for people."""
    parts = [
        f"{mode['picture_s']:.3f} s a picture",
        f"{mode['step_s']:.4f} s a step",
        f"{mode['times_plain']:.2f} times as fast as plain",
        f"{mode['warm_up_s']:.1f} s warm-up",
    ]
    if mode["share_of_matmul_peak"] is not None:
        parts.append(f"{mode['share_of_matmul_peak']:.0%} of what a large product reaches")
    if mode["peak_bytes"] is not None:
        parts.append(f"{mode['peak_bytes'] / 1e9:.1f} GB")
    if "rms_from_plain" in mode:
        parts.append(f"RMS {mode['rms_from_plain']:.1e} from plain")
    return f"{name:8}{', '.join(parts)}"


def _compare(figures: Figures, name: str, config: FashnConfig) -> None:
    """Add the ratio to the plain one, and the share of the device's peak."""
    mode, steps = figures.modes[name], figures.steps
    mode["times_plain"] = figures.modes["plain"]["picture_s"] / mode["picture_s"]
    flop = (2 * steps - 1) * forward_flop(config, ours=name != "plain") / 1e12
    mode["tflops"] = flop / mode["picture_s"]
    for peak in ("matmul_peak", "datasheet_peak"):
        value = getattr(figures, peak)
        mode[f"share_of_{peak}"] = mode["tflops"] / value if value else None


def matmul_peak(device: torch.device, side: int = 8192) -> float:
    """TFLOP/s of a large bf16 product of random matrices: the median of twenty."""
    left, right = (torch.randn(side, side, device=device, dtype=torch.bfloat16) for _ in range(2))
    for _ in range(3):
        left @ right
    times = [_seconds(lambda: left @ right, device) for _ in range(20)]
    return 2 * side**3 / statistics.median(times) / 1e12


def difference(
    model: FashnTransformer, theirs: Tensor, conditions: Conditions, noise: Tensor
) -> dict[str, float]:
    """RMS of our picture after COMPARED steps minus the plain one, and of the plain one."""
    ours = sample(model, conditions, noise=noise, steps=COMPARED)
    return {
        "rms_from_plain": float((ours - theirs).square().mean().sqrt()),
        "rms_of_plain": float(theirs.square().mean().sqrt()),
    }


def kernels(work: Callable[[], object], most: int = 15) -> list[dict[str, Any]]:
    """Where the time goes: the device's kernels that take longest; none if that is not told."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CUDA]) as profiler:
        work()
        torch.cuda.synchronize()
    events = sorted(profiler.key_averages(), key=lambda event: -event.device_time_total)
    whole = sum(event.self_device_time_total for event in events)
    if not whole:  # hardware counters need a right that containers often lack
        return []
    return [
        {
            "kernel": event.key[:100],
            "ms": event.self_device_time_total / 1000,
            "share": event.self_device_time_total / whole,
            "calls": event.count,
        }
        for event in events[:most]
    ]


def main(target: Path | None) -> None:
    """Measure, print a line for each mode, and write the figures as JSON to `target`.

    Needs torch and nothing else of the bot: for machines on which it is not installed.
    """

    def save(figures: Figures) -> None:
        if target is not None:
            target.write_text(json.dumps(asdict(figures), indent=1))

    def tell(line: str) -> None:
        print(line, flush=True)

    run(tell=tell, save=save)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
