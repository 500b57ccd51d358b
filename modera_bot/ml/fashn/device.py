"""Which device runs the model, in which precision, and whether it has the memory.

Imports torch: only the model's own process and `modera-bot doctor` should import this.
"""

from dataclasses import dataclass

import torch
from torch import nn

from modera_bot.errors import BackendError, Code
from modera_bot.ml.fashn.backbone import Backbone
from modera_bot.ml.fashn.conditioner import Conditioner
from modera_bot.ml.fashn.config import FashnConfig
from modera_bot.ml.local.device import choose, free_bytes, precision

#: Bytes that one try-on takes beside the weights at full size, both guidance branches in one
#: batch, for each byte of the precision; a smaller network takes less in proportion. An H100
#: took 600 MB; the rest is room for other devices.
WORKING_BYTES = 750_000_000

SECTION = "inference.fashn"

_FULL = FashnConfig()
_GB = 1e9


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the model will run; sizes in bytes.

    `weights` and `working` are taken from the device's `free`; `modulation` is what stays in
    the computer's own memory, since it is needed once for all steps.
    """

    device: torch.device
    dtype: torch.dtype
    weights: int
    working: int
    free: int
    modulation: int

    def __str__(self) -> str:
        return (
            f"{self.device} in {str(self.dtype).removeprefix('torch.')}: "
            f"{self.weights / _GB:.1f} GB of weights and about {self.working / _GB:.1f} GB to "
            f"work of {self.free / _GB:.1f} GB free, {self.modulation / _GB:.1f} GB of "
            "modulation on the CPU"
        )


def plan(config: FashnConfig, device: str) -> Plan:
    """Choose device and precision, and measure the memory.

    Raises BackendError when the device is not there or its memory will not do.
    """
    chosen = choose(device, SECTION)
    dtype = precision(chosen)
    share = config.tokens * config.hidden_size / (_FULL.tokens * _FULL.hidden_size)
    with torch.device("meta"):
        backbone, conditioner = Backbone(config), Conditioner(config)
    needed = Plan(
        device=chosen,
        dtype=dtype,
        weights=_parameters(backbone) * dtype.itemsize,
        working=int(WORKING_BYTES * share) * dtype.itemsize,
        free=free_bytes(chosen),
        modulation=_parameters(conditioner) * torch.bfloat16.itemsize,
    )
    if needed.weights + needed.working > needed.free:
        advice = f"close what else uses it, or choose another [{SECTION}] device"
        raise BackendError(Code.OUT_OF_MEMORY, f"{needed}; {advice}", False)
    return needed


def _parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())
