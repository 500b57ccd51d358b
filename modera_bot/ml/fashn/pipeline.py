"""A try-on by FASHN VTON 1.5 from pictures to a picture: prepare, generate, cut out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from modera_bot.errors import BackendError, Code
from modera_bot.ml.fashn import prepare
from modera_bot.ml.fashn.dwpose import find_pose
from modera_bot.ml.fashn.inputs import Inputs, Pixels, Size
from modera_bot.ml.fashn.posemap import Pose, draw

if TYPE_CHECKING:
    from modera_bot.ml.fashn.transformer import FashnTransformer


def look_at(
    person: Pixels,
    garment: Pixels,
    *,
    folder: Path,
    canvas: Size,
    person_at: tuple[float, float] | None = None,
    worn: NDArray[np.float32] | None = None,
) -> Inputs:
    """Find the poses of two RGB pictures of any size and put all on the canvas.

    `folder` holds the networks of DWPose. `person_at` is a point (x, y in shares of the
    picture) of the person to dress, where there are several; `worn` the garment's mask, 0 to
    1, in a photo of somebody who wears it. A garment that nobody wears has no pose.
    Raises BackendError when a network is missing or damaged.
    """
    person, garment = prepare.shrink(person, canvas), prepare.shrink(garment, canvas)
    poses = find_pose(person, folder, at=person_at, somebody=True), find_pose(garment, folder)
    if worn is not None:
        mask = cv2.resize(worn, prepare.size_of(garment), interpolation=cv2.INTER_LINEAR)
        garment = prepare.alone(garment, np.asarray(mask > 0.5, np.bool_))
    return place(person, garment, *poses, canvas)


def place(
    person: Pixels, garment: Pixels, person_pose: Pose, garment_pose: Pose, canvas: Size
) -> Inputs:
    """Put shrunk pictures and their poses on the canvas."""
    return Inputs(
        prepare.on_canvas(person, canvas),
        prepare.on_canvas(garment, canvas),
        prepare.pose_on_canvas(draw(person_pose, *person.shape[:2]), canvas),
        prepare.pose_on_canvas(draw(garment_pose, *garment.shape[:2]), canvas),
        prepare.placement(prepare.size_of(person), canvas)[1],
    )


def generate(
    model: FashnTransformer,
    inputs: Inputs,
    category: int,
    *,
    seed: int,
    steps: int,
    on_step: Callable[[int, int], None] | None = None,
) -> Pixels:
    """Generate the person wearing the garment: RGB of the person's framing, unpadded.

    `on_step` is told the steps done and their number after each, and may raise to stop.
    The noise is drawn on the CPU, so that a seed means the same noise on every device.
    Raises BackendError when the network's numbers overflow.
    """
    import torch

    from modera_bot.ml.fashn.sampler import Conditions, sample

    def scaled(picture: Pixels) -> torch.Tensor:
        return torch.from_numpy(prepare.to_input(picture))

    conditions = Conditions(
        person=scaled(inputs.person),
        garment=scaled(inputs.garment),
        person_pose=scaled(inputs.person_pose),
        garment_pose=scaled(inputs.garment_pose),
        category=torch.tensor([category]),
    )
    shape = (1, 3, *inputs.person.shape[:2])
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    made = sample(model, conditions, noise=noise, steps=steps, on_step=on_step)
    picture = made[0].float().cpu().numpy()
    if not np.isfinite(picture).all():
        raise BackendError(Code.BACKEND_FAILED, f"the network computed no picture (seed {seed})")
    return prepare.without(inputs.padding, prepare.to_pixels(picture))
