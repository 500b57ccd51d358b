"""FASHN VTON 1.5: a transformer that moves the pixels of a person toward wearing a garment.

    noisy picture, person, pose ─► patches ─► mixers ─┐
                                                      ├► double blocks ─► single blocks ─► velocity
    garment, its pose ─────────► patches ─────────────┘
    time, category ─► Conditioner ─► modulation of every block

Source: FASHN VTON v1.5, "Efficient Maskless Virtual Try-On in Pixel Space"
(github.com/fashn-AI/fashn-vton-1.5, Apache-2.0). Checked against its outputs: scripts/parity.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from modera_bot.ml.fashn.config import FashnConfig
from modera_bot.ml.fashn.layers import DoubleBlock, Rotary, SingleBlock, modulate, rotary


class Streams(NamedTuple):
    """What does not change from step to step, as tokens (B, L, C).

    `person` is what person and pose contribute to the person's stream; the noisy picture's
    part is added at each step.
    """

    person: Tensor
    garment: Tensor


class Backbone(nn.Module):
    """The network without its Conditioner; names of parameters are those of the weights."""

    def __init__(self, config: FashnConfig) -> None:
        super().__init__()
        size, heads, mlp = config.hidden_size, config.n_heads, config.mlp_size
        self.config = config
        self.x_embedder = _PatchEmbedder(2 * config.channels_in + 1, size, config.patch_size)
        self.garment_embedder = _PatchEmbedder(config.channels_in + 1, size, config.patch_size)
        self.x_patch_mixer = nn.ModuleList(
            SingleBlock(size, heads, mlp) for _ in range(config.patch_mixer_depth)
        )
        self.double_blocks = nn.ModuleList(
            DoubleBlock(size, heads, mlp, config.qkv_bias)
            for _ in range(config.double_blocks_depth)
        )
        self.single_blocks = nn.ModuleList(
            SingleBlock(size, heads, mlp) for _ in range(config.single_blocks_depth)
        )
        pixels = config.channels_in * config.patch_size**2
        self.final_layer = nn.ModuleDict({"linear": nn.Linear(size, pixels)})

    def blocks(self) -> Iterator[DoubleBlock | SingleBlock]:
        """All blocks in their order."""
        for blocks in (self.x_patch_mixer, self.double_blocks, self.single_blocks):
            for block in blocks:
                assert isinstance(block, DoubleBlock | SingleBlock)
                yield block

    def places(self, device: torch.device) -> tuple[Rotary, Rotary]:
        """The rotations of one stream's tokens, and of both streams' as one."""
        config = self.config
        one = rotary(config.grid, config.axes_dim, config.theta)
        both = Rotary(*(torch.cat((table, table)) for table in one))
        return Rotary(*(t.to(device) for t in one)), Rotary(*(t.to(device) for t in both))

    def embed(
        self, person: Tensor, person_pose: Tensor, garment: Tensor, garment_pose: Tensor
    ) -> Streams:
        """Tokens of the conditions; pictures (B, 3, H, W) and poses (B, 1, H, W) in -1..1."""
        colours = self.config.channels_in
        conditions = torch.cat((person, person_pose), 1)
        return Streams(
            self.x_embedder(conditions, slice(colours, None)),
            self.garment_embedder(torch.cat((garment, garment_pose), 1)),
        )

    def forward(
        self, x: Tensor, streams: Streams, modulation: Tensor, places: tuple[Rotary, Rotary]
    ) -> Tensor:
        """The velocity (B, 3, H, W) at the noisy picture `x` (B, 3, H, W), fp32.

        `modulation` is the Conditioner's, (B, sum of config.modulation_sizes).
        """
        one, both = places
        mods = iter(torch.split(modulation, [*self.config.modulation_sizes], -1))
        img, txt = self.noisy(x, streams), streams.garment
        for mixer in self.x_patch_mixer:
            img = mixer(img, next(mods), one)
        for double in self.double_blocks:
            img, txt = double(img, txt, next(mods), next(mods), one)
        joint = torch.cat((txt, img), 1)
        *firsts, last = self.single_blocks
        for single in firsts:
            joint = single(joint, next(mods), both)
        img = last(joint, next(mods), both, self.config.tokens)  # the garment's are dropped
        return self._pixels(img, next(mods))

    def noisy(self, x: Tensor, streams: Streams) -> Tensor:
        """The person's stream (B, L, C) as it enters the blocks."""
        colours = slice(0, self.config.channels_in)
        changing: Tensor = self.x_embedder(x, colours, with_bias=False)
        return streams.person + changing

    def _pixels(self, img: Tensor, mod: Tensor) -> Tensor:
        shift, scale = mod[:, None].chunk(2, -1)
        patches: Tensor = self.final_layer["linear"](modulate(img, shift, scale))
        (rows, columns), side = self.config.grid, self.config.patch_size
        parts = patches.float().reshape(-1, rows, columns, self.config.channels_in, side, side)
        return parts.permute(0, 3, 1, 4, 2, 5).reshape(
            -1, self.config.channels_in, rows * side, columns * side
        )


class _PatchEmbedder(nn.Module):
    """A convolution as large as its stride."""

    def __init__(self, channels: int, size: int, side: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(channels, size, side, side)

    def forward(
        self, x: Tensor, channels: slice = slice(None), *, with_bias: bool = True
    ) -> Tensor:
        """Tokens (B, L, C) of `x`, which holds these of the channels; the parts add up."""
        weight, side = self.proj.weight[:, channels], self.proj.kernel_size[0]
        bias = self.proj.bias if with_bias else None
        return torch.nn.functional.linear(
            _patches(x.to(weight.dtype), side), weight.flatten(1), bias
        )


def _patches(x: Tensor, side: int) -> Tensor:
    """The pixels of each patch of (B, C, H, W), row by row: (B, L, C·side·side)."""
    parts = x.unfold(2, side, side).unfold(3, side, side)
    return parts.permute(0, 2, 3, 1, 4, 5).flatten(3).flatten(1, 2)
