"""At which times a picture is sampled: from noise at 0 to the picture at 1."""

import math

import torch
from torch import Tensor

#: How much the steps are crowded toward the noise (mu of the published pipeline).
SHIFT = 1.5


def time_grid(steps: int, shift: float = SHIFT) -> Tensor:
    """The times at the `steps` steps and at their end, (steps + 1,) fp32, rising from 0 to 1.

    Evenly spaced s is shifted to e^-shift / (e^-shift + 1/s - 1), as in Stable Diffusion 3
    (arXiv:2403.03206, section 5.3.2) with the time turned around.
    """
    even = torch.linspace(1, 0, steps + 1, dtype=torch.float32).flip(0)
    weight = math.exp(-shift)
    return weight / (weight + (1 / even - 1))  # in this order: to the last bit as published
