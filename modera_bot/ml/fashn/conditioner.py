"""All that depends on time and category alone: computed once for a schedule, not at each step.

A quarter of the network's weights do nothing but turn the time and the garment's category
into numbers that modulate the blocks. They can stay out of the GPU.
"""

import math

import torch
from torch import Tensor, nn

from modera_bot.ml.fashn.config import FashnConfig

#: Channels of the sinusoid that stands for the time, and its longest period.
TIME_CHANNELS, LONGEST = 256, 10_000

#: The network was trained on times of 0 to 1000.
TIME_SCALE = 1000.0


class Conditioner(nn.Module):
    """Names of parameters are those of the published weights."""

    def __init__(self, config: FashnConfig) -> None:
        super().__init__()
        size = config.hidden_size
        self.t_embedder = _Embedder(size)
        self.y_embedder = nn.Embedding(config.n_classes + 1, size)
        self.x_patch_mixer = nn.ModuleList(
            _layers(modulation=_Linear(size, 3)) for _ in range(config.patch_mixer_depth)
        )
        self.double_blocks = nn.ModuleList(
            _layers(img_mod=_Linear(size, 6), txt_mod=_Linear(size, 6))
            for _ in range(config.double_blocks_depth)
        )
        self.single_blocks = nn.ModuleList(
            _layers(modulation=_Linear(size, 3)) for _ in range(config.single_blocks_depth)
        )
        last = nn.Sequential(nn.SiLU(), nn.Linear(size, 2 * size))
        self.final_layer = _layers(adaLN_modulation=last)

    def forward(self, times: Tensor, categories: Tensor) -> Tensor:
        """The modulation of all blocks, (n, sum of config.modulation_sizes), fp32.

        `times` (n,) are fp32 in 0..1 and `categories` (n,) whole numbers, 0 for none. All is
        computed in fp32, layer by layer, whatever the weights are kept in.
        """
        sinusoid = time_sinusoid(times)
        embedding = self.t_embedder(sinusoid) + self.y_embedder.weight.float()[categories]
        active = torch.nn.functional.silu(embedding)
        return torch.cat([_apply(layer, active) for layer in self._modulations()], -1)

    def _modulations(self) -> list[nn.Linear]:
        """In the order of FashnConfig.modulation_sizes, which is that of the blocks."""
        return [
            module
            for part in (
                self.x_patch_mixer,
                self.double_blocks,
                self.single_blocks,
                self.final_layer,
            )
            for module in part.modules()
            if isinstance(module, nn.Linear)
        ]


def time_sinusoid(times: Tensor) -> Tensor:
    """What the network sees of the times (n,): (n, TIME_CHANNELS), cosines then sines, fp32.

    It takes the exact time: the published pipeline in bf16 rounds it before and after the
    multiplication, to steps of 4 in 1000, which shifts late results by a third of the signal.
    """
    half = TIME_CHANNELS // 2
    steps = torch.arange(half, dtype=torch.float32, device=times.device)
    speed = torch.exp(-math.log(LONGEST) * steps / half)
    angle = (TIME_SCALE * times.float())[:, None] * speed[None]
    return torch.cat((angle.cos(), angle.sin()), -1)


class _Embedder(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.mlp = _layers(in_layer=nn.Linear(TIME_CHANNELS, size), out_layer=nn.Linear(size, size))

    def forward(self, sinusoid: Tensor) -> Tensor:
        hidden = torch.nn.functional.silu(_apply(self.mlp["in_layer"], sinusoid))
        return _apply(self.mlp["out_layer"], hidden)


class _Linear(nn.Module):
    """The layer that makes `parts` numbers of each channel."""

    def __init__(self, size: int, parts: int) -> None:
        super().__init__()
        self.lin = nn.Linear(size, parts * size)


def _layers(**modules: nn.Module) -> nn.ModuleDict:
    return nn.ModuleDict(modules)


def _apply(layer: nn.Module, x: Tensor) -> Tensor:
    """A linear layer in fp32 without keeping its weights in fp32."""
    assert isinstance(layer, nn.Linear)
    return torch.nn.functional.linear(x, layer.weight.float(), layer.bias.float())
