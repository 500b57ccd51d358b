"""The dimensions of a FASHN VTON 1.5 network."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class FashnConfig:
    """Names as in the published constructor (fashn-AI/fashn-vton-1.5, Apache-2.0).

    The published weights come without a configuration: its values are the defaults. A smaller
    network has a config.json beside its weights with the same names under "model".
    """

    input_shape: tuple[int, int] = (864, 576)  # height, width in pixels
    hidden_size: int = 1280
    n_heads: int = 10
    double_blocks_depth: int = 8
    single_blocks_depth: int = 16
    mlp_ratio: float = 4
    channels_in: int = 3
    patch_size: int = 12
    theta: float = 10_000
    axes_dim: tuple[int, int, int] = (16, 56, 56)
    qkv_bias: bool = True
    guidance_embed: bool = False
    n_classes: int = 3
    use_patch_mixer: bool = True
    patch_mixer_depth: int = 4

    def __post_init__(self) -> None:
        """Raises ValueError for what no such network can be."""
        if self.guidance_embed or not self.use_patch_mixer:
            raise ValueError("networks with guidance_embed or without a patch mixer are unknown")
        if self.hidden_size != self.n_heads * sum(self.axes_dim):
            raise ValueError("hidden_size must be n_heads times the sum of axes_dim")
        if any(side % self.patch_size for side in self.input_shape):
            raise ValueError("input_shape must be a multiple of patch_size")

    @classmethod
    def read(cls, file: Path) -> Self:
        """From a config.json. Raises ValueError, which names the fault, or OSError."""
        values = json.loads(file.read_text(encoding="utf-8"))
        model = values.get("model") if isinstance(values, dict) else None
        if not isinstance(model, dict):
            raise ValueError('there is no table "model"')
        unknown = model.keys() - cls.__slots__
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        lists = {key: tuple(value) for key, value in model.items() if isinstance(value, list)}
        return cls(**model | lists)

    @property
    def mlp_size(self) -> int:
        return int(self.hidden_size * self.mlp_ratio)

    @property
    def grid(self) -> tuple[int, int]:
        """Patches down and across."""
        return self.input_shape[0] // self.patch_size, self.input_shape[1] // self.patch_size

    @property
    def tokens(self) -> int:
        """Patches of one picture."""
        return self.grid[0] * self.grid[1]

    @property
    def modulation_sizes(self) -> tuple[int, ...]:
        """How many values modulate each block: mixers, double (person, garment), single, final."""
        size = self.hidden_size
        return (
            *[3 * size] * self.patch_mixer_depth,
            *[6 * size] * (2 * self.double_blocks_depth),
            *[3 * size] * self.single_blocks_depth,
            2 * size,
        )
