"""Whether ours computes what the published code computes: `scripts/parity FOLDER`.

A folder of vectors says itself what is in it (`kind` in tolerance.json), what network and
seeds it was made with, and how close is close enough. Printed is the largest error of each
array; what ours leaves out by choice is named with the reason.
"""

import json
import re
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from modera_bot.ml.fashn import dwpose, prepare, sampler
from modera_bot.ml.fashn.backbone import Streams
from modera_bot.ml.fashn.conditioner import time_sinusoid
from modera_bot.ml.fashn.dwpose import WholeBodies
from modera_bot.ml.fashn.loading import load
from modera_bot.ml.fashn.pipeline import place
from modera_bot.ml.fashn.posemap import NOBODY, Pose, draw
from modera_bot.ml.fashn.prepare import Padding, Size
from modera_bot.ml.fashn.sampler import Conditions, sample
from modera_bot.ml.fashn.schedule import time_grid
from modera_bot.ml.fashn.transformer import FashnTransformer

PARSER = "needs the human parser, whose licence forbids business: ours does without"


@dataclass
class Parity:
    """Errors of arrays by name: largest absolute difference, or of pictures in levels."""

    tolerance: dict[str, Any]
    errors: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)

    def compare(self, name: str, ours: Any, theirs: Any) -> None:
        """Note how far `ours` is from `theirs`."""
        ours, theirs = np.asarray(ours), np.asarray(theirs)
        if ours.shape != theirs.shape:
            self.errors[name] = float("inf")
            self.failed.append(name)
            return
        apart = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
        self.errors[name] = float(apart.max(initial=0))
        if not self._close(apart, theirs):
            self.failed.append(name)

    def _close(self, apart: np.ndarray, theirs: np.ndarray) -> bool:
        if theirs.dtype == np.uint8:
            share = float((apart > 0).mean()) if apart.size else 0.0
            most = self.tolerance.get("uint8_share", 1.0)
            return bool((apart <= self.tolerance["uint8_levels"]).all() and share <= most)
        most = self.tolerance.get("atol", 0.0)
        if "rtol_of_max" in self.tolerance:
            most = max(most, self.tolerance["rtol_of_max"] * float(np.abs(theirs).max(initial=0)))
        return bool((apart <= most).all())  # NaN is never close


def check(folder: Path) -> Parity:
    """Compare ours with the vectors of one folder."""
    parity = Parity(json.loads((folder / "tolerance.json").read_text()))
    kinds: dict[str, Callable[[Path, Parity], None]] = {
        "fashn": _network,
        "fashn-prepost": _pictures,
    }
    kind = parity.tolerance["kind"]
    if kind not in kinds:
        raise SystemExit(f"{folder}: no vectors of kind {kind!r} are known, only {[*kinds]}")
    kinds[kind](folder, parity)
    return parity


# --- the network ------------------------------------------------------------------------


def _network(folder: Path, parity: Parity) -> None:
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
    streams = both(model, conditions)
    for index, time in enumerate(config["forward_times"]):
        ours = velocities(model, streams, noise, time, conditions.category)
        for name, velocity in zip(("cond", "uncond"), ours, strict=True):
            key = f"v_{name}_t{index}"
            parity.compare(f"forward.{key}", velocity, theirs[key])


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
    """From pictures to a picture; the poses are given instead of the detectors."""
    height, width = model.config.input_shape
    arrays = np.load(folder / "e2e.npz")
    for case in json.loads((folder / "e2e.json").read_text()):
        name, worn = case["case"], case["garment_photo_type"] == "model"
        given = {key.removeprefix(f"{name}."): arrays[key] for key in arrays.files}
        canvas = Size(width, height)
        person, garment = (prepare.shrink(given[key], canvas) for key in ("person", "garment"))
        garment_pose = _pose(given, "garment_pose.") if worn else NOBODY
        inputs = place(person, garment, _pose(given, "person_pose."), garment_pose, canvas)
        noise, count = torch.from_numpy(given["model_input.noise"]), case["num_samples"]
        generator = torch.Generator().manual_seed(case["seed"])
        parity.compare(f"{name}.noise", torch.randn(noise.shape, generator=generator), noise)
        for key, ours, left_out in (
            ("ca_images", inputs.person, not case["segmentation_free"]),
            ("garment_images", inputs.garment, worn),
            ("person_poses", inputs.person_pose, False),
            ("garment_poses", inputs.garment_pose, False),
        ):
            if left_out:
                parity.left_out[f"{name}.{key}"] = PARSER
                continue
            scaled = np.repeat(prepare.to_input(ours), count, 0)
            parity.compare(f"{name}.{key}", scaled, given[f"model_input.{key}"])
        parity.compare(f"{name}.padding", inputs.padding, given["padding_ltrb"])
        made = sample(
            model,
            Conditions(
                person=torch.from_numpy(given["model_input.ca_images"]),
                person_pose=torch.from_numpy(given["model_input.person_poses"]),
                garment=torch.from_numpy(given["model_input.garment_images"]),
                garment_pose=torch.from_numpy(given["model_input.garment_poses"]),
                category=torch.from_numpy(given["model_input.garment_categories"]),
            ),
            noise=noise,
            steps=case["num_timesteps"],
            guidance=case["guidance_scale"],
            unguided_last=case["skip_cfg_last_n_steps"],
        )
        output = prepare.without(inputs.padding, prepare.to_pixels(made.numpy()))
        parity.compare(f"{name}.output_uint8", output, given["output_uint8"])


# --- before and after -------------------------------------------------------------------


def _pictures(folder: Path, parity: Parity) -> None:
    for name, case in cases(folder / "fit_pad.npz").items():
        _fit(parity, f"fit_pad.{name}", case)
    sizes = json.loads((folder / "fit_sizes_full_canvas.json").read_text())
    canvas = Size(*sizes.get("canvas_wh", (576, 864)))
    for index, row in enumerate(sizes["rows"]):
        small = prepare.shrunk_size(Size(*row["input_wh"]), canvas)
        fitted, padding = prepare.placement(small, canvas)
        theirs = row["pre_wh"], row["fit_wh"], row["padding_left_top_right_bottom"]
        parity.compare(
            f"sizes.{index}", [*small, *fitted, *padding], [n for t in theirs for n in t]
        )
    values = np.load(folder / "values.npz")
    scaled = prepare.to_input(values["in_uint8"][None])[0, 0, 0]
    parity.compare("values.in", scaled, values["in_scaled"])
    pixels = prepare.to_pixels(values["out_float"][None, None])[0, :, 0]
    parity.compare("values.out", pixels, values["out_uint8"])
    for name, case in cases(folder / "unpad.npz").items():
        pixels, padding = prepare.to_pixels(case["generated"]), Padding(*case["padding_ltrb"])
        parity.compare(f"unpad.{name}.canvas", pixels, case["canvas_uint8"])
        parity.compare(f"unpad.{name}", prepare.without(padding, pixels), case["unpadded_uint8"])
    for name, case in cases(folder / "pose_maps.npz").items():
        ours = draw(_pose(case), *case["map"].shape)
        parity.compare(f"pose_maps.{name}", ours, case["map"])
    for name, case in cases(folder / "dwpose_post.npz").items():
        _dwpose(parity, f"dwpose.{name}", case)
    parity.left_out["masking"] = PARSER


def cases(file: Path) -> dict[str, dict[str, np.ndarray]]:
    """The arrays of a file by case: "c00.input" is input of c00."""
    found: dict[str, dict[str, np.ndarray]] = {}
    with np.load(file) as arrays:
        for key in arrays.files:
            case, _, name = key.partition(".")
            found.setdefault(case, {})[name] = arrays[key]
    return found


def _fit(parity: Parity, name: str, case: dict[str, np.ndarray]) -> None:
    height, width = case["canvas"].shape[:2]
    canvas = Size(width, height)
    small = prepare.shrink(case["input"], canvas)
    placed, grey = (
        prepare.on_canvas(small, canvas),
        prepare.pose_on_canvas(case["pre_grey"], canvas),
    )
    padding = prepare.placement(prepare.size_of(small), canvas)[1]
    parity.compare(f"{name}.pre", small, case["pre"])
    parity.compare(f"{name}.canvas", placed, case["canvas"])
    parity.compare(f"{name}.padding", padding, case["padding_ltrb"])
    parity.compare(f"{name}.tensor", prepare.to_input(placed), case["tensor"])
    parity.compare(f"{name}.unpadded", prepare.without(padding, placed), case["unpadded"])
    parity.compare(f"{name}.canvas_grey", grey, case["canvas_grey"])
    parity.compare(f"{name}.tensor_grey", prepare.to_input(grey), case["tensor_grey"])


def _dwpose(parity: Parity, name: str, case: dict[str, np.ndarray]) -> None:
    if "keypoints133" in case:
        people = dwpose.with_neck(case["keypoints133"], case["scores133"])
        parity.compare(f"{name}.points", people.points, case["keypoints134"])
        parity.compare(f"{name}.scores", people.scores, case["scores134"])
        return
    height, width = case["hw"].tolist()
    pose = dwpose.to_pose(WholeBodies(case["keypoints"], case["scores"]), height, width)
    for part in ("candidate", "subset", "hands", "faces"):
        parity.compare(f"{name}.{part}", getattr(pose, part), case[part])
    parity.compare(f"{name}.map", draw(pose, height, width), case["map"])


def _pose(arrays: dict[str, np.ndarray], prefix: str = "") -> Pose:
    return Pose(
        *(
            arrays.get(f"{prefix}{part}", getattr(NOBODY, part))
            for part in ("candidate", "subset", "hands", "faces")
        )
    )


def main() -> None:
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "tolerance.json").is_file():
        raise SystemExit("usage: scripts/parity FOLDER (of vectors, with a tolerance.json)")
    parity = check(Path(sys.argv[1]))
    print(json.dumps(asdict(parity), indent=1))
    if parity.failed:
        raise SystemExit(f"{len(parity.failed)} of {len(parity.errors)} arrays are too far off")


if __name__ == "__main__":
    main()
