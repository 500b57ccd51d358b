"""From noise to a picture: Euler steps along the velocity, with classifier-free guidance."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from modera_bot.ml.fashn.backbone import Streams
from modera_bot.ml.fashn.schedule import time_grid
from modera_bot.ml.fashn.transformer import NULL, FashnTransformer

#: As published.
STEPS, GUIDANCE, UNGUIDED_LAST = 30, 1.5, 1

#: Steps that a GPU may be behind: enough never to wait, few enough that progress is true and
#: a cancelled picture soon ends.
AHEAD = 2


#: The fastest first, at the head size of this network on recent NVIDIA GPUs.
ATTENTION = (
    SDPBackend.CUDNN_ATTENTION,
    SDPBackend.FLASH_ATTENTION,
    SDPBackend.EFFICIENT_ATTENTION,
    SDPBackend.MATH,
)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Pictures (B, 3, H, W) and poses (B, 1, H, W) in -1..1; `category` (B,) counts from 1."""

    person: Tensor
    person_pose: Tensor
    garment: Tensor
    garment_pose: Tensor
    category: Tensor


def sample(
    model: FashnTransformer,
    conditions: Conditions,
    *,
    noise: Tensor,
    steps: int = STEPS,
    guidance: float = GUIDANCE,
    unguided_last: int = UNGUIDED_LAST,
    guided_until: float = 1.0,
    on_step: Callable[[int, int], None] | None = None,
) -> Tensor:
    """The picture (B, 3, H, W), about -1..1, fp32, that grows out of `noise`.

    With guidance, what the network would do without person, garment, poses and category is
    computed in the same batch and led away from, except in the last steps, whose result would
    hardly differ. `guided_until` is the time after which there is no guidance either: less than
    1 is an approximation that saves half of each later step (arXiv:2404.07724).

    `on_step` is told how many of how many steps are done; what it raises ends the sampling
    between two steps.
    """
    with torch.inference_mode(), _fastest_attention(model.device):
        x = noise.to(model.device, torch.float32)
        grid = time_grid(steps).tolist()
        alone = streams(model, conditions)
        guided = alone if guidance == 1 else with_nothing(model, alone, conditions)
        wanted = torch.stack(
            [model.modulations(steps, kind) for kind in conditions.category.tolist()], 1
        )
        nothing = model.modulations(steps, NULL)[:, None].expand_as(wanted)
        pace = _Pace(model.device)
        for step in range(steps):
            if guidance == 1 or step >= steps - unguided_last or grid[step] >= guided_until:
                velocity = model.velocity(x, alone, wanted[step])
            else:
                modulation = torch.cat((wanted[step], nothing[step]))
                both = model.velocity(torch.cat((x, x)), guided, modulation)
                conditional, unconditional = both.chunk(2)
                velocity = unconditional + guidance * (conditional - unconditional)
            x = x + (grid[step + 1] - grid[step]) * velocity
            pace.step()
            if on_step is not None:
                on_step(step + 1, steps)
        return x


def streams(model: FashnTransformer, conditions: Conditions) -> Streams:
    """The conditions as the network's tokens."""
    pictures = (
        conditions.person,
        conditions.person_pose,
        conditions.garment,
        conditions.garment_pose,
    )
    return model.backbone.embed(*(picture.to(model.device) for picture in pictures))


def with_nothing(model: FashnTransformer, alone: Streams, conditions: Conditions) -> Streams:
    """These streams, and behind them in the batch those of zeros: pictures of plain mid-grey."""
    empty = Conditions(
        torch.zeros_like(conditions.person),
        torch.zeros_like(conditions.person_pose),
        torch.zeros_like(conditions.garment),
        torch.zeros_like(conditions.garment_pose),
        conditions.category,
    )
    pairs = zip(alone, streams(model, empty), strict=True)
    return Streams(*(torch.cat(pair) for pair in pairs))


@contextmanager
def _fastest_attention(device: torch.device) -> Iterator[None]:
    """Prefer the fastest attention that a GPU has; elsewhere there is no choice."""
    if device.type != "cuda":
        yield
        return
    with sdpa_kernel([*ATTENTION], set_priority=True):
        yield


class _Pace:
    """Keeps the program at most AHEAD steps before a GPU that works through what it was sent."""

    def __init__(self, device: torch.device) -> None:
        self._cuda = device.type == "cuda"
        self._sent: deque[torch.cuda.Event] = deque()

    def step(self) -> None:
        if not self._cuda:
            return
        event = torch.cuda.Event()  # type: ignore[no-untyped-call]
        event.record()
        self._sent.append(event)
        if len(self._sent) > AHEAD:
            self._sent.popleft().synchronize()
