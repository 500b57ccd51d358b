"""Forward pass, blocks, schedule, sampling, and the whole way from pictures to a picture."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor

from modera_bot.ml.fashn import prepare, sampler
from modera_bot.ml.fashn.backbone import Streams
from modera_bot.ml.fashn.conditioner import time_sinusoid
from modera_bot.ml.fashn.inputs import CATEGORIES, Inputs, Size
from modera_bot.ml.fashn.loading import load
from modera_bot.ml.fashn.pipeline import place
from modera_bot.ml.fashn.posemap import NOBODY
from modera_bot.ml.fashn.sampler import Conditions, sample
from modera_bot.ml.fashn.schedule import time_grid
from modera_bot.ml.fashn.transformer import FashnTransformer
from tests.ml.fashn.parity.errors import PARSER, Parity
from tests.ml.fashn.parity.pictures import pose_of, worn


def check_network(folder: Path, parity: Parity) -> None:
    config = json.loads((folder / "config.json").read_text())
    model = load(folder, torch.device("cpu"), torch.float32)
    inputs = load_file(folder / "inputs.safetensors")
    conditions = Conditions(
        person=inputs["ca_images"],
        person_pose=inputs["person_poses"],
        garment=inputs["garment_images"],
        garment_pose=inputs["garment_poses"],
        category=inputs["garment_categories"],
    )
    noise = inputs["noise"]
    generator = torch.Generator().manual_seed(config["noise_seed"])
    parity.compare("noise", torch.randn(noise.shape, generator=generator), noise)
    for steps, times in json.loads((folder / "schedule.json").read_text()).items():
        if steps.isdigit():
            grid = time_grid(int(steps), config["sampling"]["mu"])
            parity.compare(f"schedule.{steps}", grid, times)
    with torch.inference_mode():
        _forward(folder, parity, model, conditions, noise, config)
        _blocks(folder, parity, model, conditions, noise, config)
    for file in sorted(folder.glob("sampling_n*.safetensors")):
        _sampling(file, parity, model, conditions, noise, config)
    _variants(folder, parity, model, conditions, noise, config)
    _whole(folder, parity, model)


def both(model: FashnTransformer, conditions: Conditions) -> Streams:
    """The streams with conditions, and behind them those without."""
    alone = sampler.streams(model, conditions)
    return sampler.with_nothing(model, alone, conditions)


def velocities(
    model: FashnTransformer, streams: Streams, x: Tensor, time: float, category: Tensor
) -> tuple[Tensor, Tensor]:
    """The velocities with and without conditions at a time."""
    times = torch.full((2 * len(x),), time)
    categories = torch.cat((category, torch.zeros_like(category)))
    modulation = model.conditioner(times, categories)
    wanted, nothing = model.velocity(torch.cat((x, x)), streams, modulation).chunk(2)
    return wanted, nothing


def _forward(
    folder: Path,
    parity: Parity,
    model: FashnTransformer,
    conditions: Conditions,
    noise: Tensor,
    config: dict[str, Any],
) -> None:
    theirs = load_file(folder / "forward.safetensors")
    for key, velocity in _velocities_by_name(model, conditions, noise, config).items():
        parity.compare(f"forward.{key}", velocity, theirs[key])
    published = folder / "bf16_forward_info.safetensors"
    if published.exists():
        half = load(folder, torch.device("cpu"), torch.bfloat16)
        rounded = load_file(published)
        for key, velocity in _velocities_by_name(half, conditions, noise, config).items():
            parity.bf16[key] = {
                "ours": _rms(velocity - theirs[key]),
                "published": _rms(rounded[key].float() - theirs[key]),
            }


def _velocities_by_name(
    model: FashnTransformer, conditions: Conditions, noise: Tensor, config: dict[str, Any]
) -> dict[str, Tensor]:
    """Names as in the files: "v_cond_t1" is with conditions at the second time."""
    streams, found = both(model, conditions), {}
    for index, time in enumerate(config["forward_times"]):
        pair = velocities(model, streams, noise, time, conditions.category)
        found |= {f"v_{name}_t{index}": v for name, v in zip(("cond", "uncond"), pair, strict=True)}
    return found


def _rms(error: Tensor) -> float:
    return error.square().mean().sqrt().item()


def _blocks(
    folder: Path,
    parity: Parity,
    model: FashnTransformer,
    conditions: Conditions,
    noise: Tensor,
    config: dict[str, Any],
) -> None:
    """What comes out of each part, for both branches at once."""
    seen: dict[str, Any] = {}
    hooks = [
        module.register_forward_hook(lambda _, __, out, name=name: seen.update({name: out}))
        for part in (model.backbone, model.conditioner)
        for name, module in part.named_modules()
        if re.fullmatch(r"(x_patch_mixer|double_blocks|single_blocks)\.\d+|t_embedder", name)
        or name == "final_layer.linear"
    ]
    streams, time = both(model, conditions), config["sampling"]["intermediates_time"]
    out = velocities(model, streams, noise, time, conditions.category)
    for hook in hooks:
        hook.remove()
    rows, columns = model.config.grid
    seen["out"] = torch.cat(out)
    seen["x_embedder"] = model.backbone.noisy(torch.cat((noise, noise)), streams)
    seen["garment_embedder"] = streams.garment
    nothing = torch.zeros_like(conditions.category)
    seen["y_embedder"] = model.conditioner.y_embedder(torch.cat((conditions.category, nothing)))
    sinusoid = time_sinusoid(torch.full((len(noise),), time))
    for key, theirs in load_file(folder / "intermediates.safetensors").items():
        branch, _, name = key.partition(".")
        if key == "timestep_sinusoid":
            ours = sinusoid
        elif name == "pe":
            cos, sin = model.places[0]
            turns = torch.stack((torch.stack((cos, -sin), -1), torch.stack((sin, cos), -1)), -2)
            ours = turns.expand(theirs.shape)
        else:
            *block, stream = name.split(".")
            if stream in ("img", "txt"):
                value = seen[".".join(block)][stream == "txt"]
            else:
                value = seen.get(name, seen.get(f"{name}.linear"))
            ours = value.chunk(2)[branch == "uncond"]
            if name.endswith("_embedder") and theirs.ndim == 4:
                ours = ours.transpose(1, 2).unflatten(-1, (rows, columns))
        kept = theirs[:, -ours.shape[1] :] if "single_blocks" in name else theirs
        parity.compare(f"blocks.{key}", ours, kept)
    last = f"single_blocks.{model.config.single_blocks_depth - 1}"
    parity.left_out[f"blocks.*.{last}, the garment's tokens"] = "dropped by what follows"


def _sampling(
    file: Path,
    parity: Parity,
    model: FashnTransformer,
    conditions: Conditions,
    noise: Tensor,
    config: dict[str, Any],
) -> None:
    theirs, name = load_file(file), file.stem
    states = theirs["x_steps"]
    steps = len(states) - 1
    ours: list[Tensor] = []
    velocity = model.velocity

    def watched(x: Tensor, streams: Streams, modulation: Tensor) -> Tensor:
        ours.append(x[: len(noise)])
        return velocity(x, streams, modulation)

    model.velocity = watched  # type: ignore[method-assign]
    made = _sampled(model, conditions, noise, config, steps=steps)
    model.velocity = velocity  # type: ignore[method-assign]
    parity.compare(f"{name}.x_steps", torch.stack([*ours, made]), states)
    parity.compare(f"{name}.final_clamped", made.clamp(-1, 1), theirs["final_clamped"])
    parity.compare(f"{name}.final_uint8", prepare.to_pixels(made.numpy()), theirs["final_uint8"])
    if "v_cond" not in theirs:
        return
    with torch.inference_mode():
        streams, times = both(model, conditions), time_grid(steps).tolist()
        pairs = [
            velocities(model, streams, states[step], times[step], conditions.category)
            for step in range(steps)
        ]
    for index, key in enumerate(("v_cond", "v_uncond")):
        parity.compare(f"{name}.{key}", torch.stack([pair[index] for pair in pairs]), theirs[key])


def _sampled(
    model: FashnTransformer,
    conditions: Conditions,
    noise: Tensor,
    config: dict[str, Any],
    *,
    steps: int,
    guidance: float | None = None,
    unguided_last: int | None = None,
) -> Tensor:
    usual = config["sampling"]
    return sample(
        model,
        conditions,
        noise=noise,
        steps=steps,
        guidance=usual["guidance_scale"] if guidance is None else guidance,
        unguided_last=usual["skip_cfg_last_n_steps"] if unguided_last is None else unguided_last,
    )


def _variants(
    folder: Path,
    parity: Parity,
    model: FashnTransformer,
    conditions: Conditions,
    noise: Tensor,
    config: dict[str, Any],
) -> None:
    for key, theirs in load_file(folder / "sampling_variants.safetensors").items():
        variant, _, what = key.rpartition(".")
        found = re.fullmatch(r"n(\d+)(?:_g([\d.]+))?(?:_skip(\d+))?", variant)
        assert found, key
        steps, guidance, skipped = found.groups()
        made = _sampled(
            model,
            conditions,
            noise,
            config,
            steps=int(steps),
            guidance=None if guidance is None else float(guidance),
            unguided_last=None if skipped is None else int(skipped),
        )
        ours = prepare.to_pixels(made.numpy()) if what == "final_uint8" else made
        parity.compare(f"variants.{key}", ours, theirs)


def _whole(folder: Path, parity: Parity, model: FashnTransformer) -> None:
    """From pictures to a picture; poses and labels are given instead of the detectors."""
    arrays = np.load(folder / "e2e.npz")
    for case in json.loads((folder / "e2e.json").read_text()):
        name, count = case["case"], case["num_samples"]
        given = {
            key.removeprefix(f"{name}."): arrays[key]
            for key in arrays.files
            if key.startswith(f"{name}.")
        }
        inputs = _inputs(model, case, given)
        seen = {
            "ca_images": inputs.person,
            "person_poses": inputs.person_pose,
            "garment_images": inputs.garment,
            "garment_poses": inputs.garment_pose,
        }
        ours = {key: np.repeat(prepare.to_input(value), count, 0) for key, value in seen.items()}
        for key, value in ours.items():
            if key == "ca_images" and not case["segmentation_free"]:
                parity.left_out[f"{name}.{key}"] = PARSER
                ours[key] = given[f"model_input.{key}"]
            else:
                parity.compare(f"{name}.{key}", value, given[f"model_input.{key}"])
        noise = torch.from_numpy(given["model_input.noise"])
        generator = torch.Generator().manual_seed(case["seed"])
        parity.compare(f"{name}.noise", torch.randn(noise.shape, generator=generator), noise)
        parity.compare(f"{name}.padding", inputs.padding, given["padding_ltrb"])
        category = torch.full((count,), CATEGORIES[case["category"]])
        made = sample(
            model,
            Conditions(*(torch.from_numpy(ours[key]) for key in seen), category),
            noise=noise,
            steps=case["num_timesteps"],
            guidance=case["guidance_scale"],
            unguided_last=case["skip_cfg_last_n_steps"],
        )
        output = prepare.without(inputs.padding, prepare.to_pixels(made.numpy()))
        parity.compare(f"{name}.output_uint8", output, given["output_uint8"])


def _inputs(
    model: FashnTransformer, case: dict[str, Any], given: dict[str, NDArray[Any]]
) -> Inputs:
    """The pictures as `pipeline.look_at` has them, with these poses and labels."""
    height, width = model.config.input_shape
    canvas, pose = Size(width, height), NOBODY
    person, garment = (prepare.shrink(given[key], canvas) for key in ("person", "garment"))
    if case["garment_photo_type"] == "model":
        garment = prepare.alone(garment, worn(given["garment_seg_prefit"], case["category"]))
        pose = pose_of(given, "garment_pose.")
    return place(person, garment, pose_of(given, "person_pose."), pose, canvas)
