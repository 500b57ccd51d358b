"""The blocks of the transformer: attention over two streams, then over both as one.

Tensors are (batch, tokens, channels). `B` is the batch, `L` tokens, `C` channels, `H` heads of
`D` channels. Statistics, rotations and modulation are computed in fp32 whatever the precision
of the weights; products of matrices and the residual stream are in that of the weights.

Source: the two-stream transformer of Stable Diffusion 3 (arXiv:2403.03206) in the form FLUX.1
gave it, as FASHN VTON 1.5 uses it.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

#: Added to variances and mean squares; 1e-5 gives visibly other results.
EPS = 1e-6


class Rotary(NamedTuple):
    """Cosines and sines that turn each pair of channels by its place; both (L, D/2), fp32."""

    cos: Tensor
    sin: Tensor


class RMSNorm(nn.Module):
    """Root mean square normalisation over the last axis (arXiv:1910.07467)."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(size))

    def forward(self, x: Tensor) -> Tensor:
        """In fp32 whatever comes in."""
        x = x.float()
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + EPS) * self.scale.float()


class QKNorm(nn.Module):
    """Normalises queries and keys, each head for itself, and turns them by their places."""

    def __init__(self, head: int) -> None:
        super().__init__()
        self.query_norm, self.key_norm = RMSNorm(head), RMSNorm(head)

    def queries(self, x: Tensor, places: Rotary) -> Tensor:
        """(B, L, H, D)."""
        return rotate(self.query_norm(x), places).to(x.dtype)

    def keys(self, x: Tensor, places: Rotary) -> Tensor:
        """(B, L, H, D)."""
        return rotate(self.key_norm(x), places).to(x.dtype)


class SelfAttention(nn.Module):
    """The projections of one stream; `DoubleBlock` attends over both streams together."""

    def __init__(self, size: int, heads: int, bias: bool) -> None:
        super().__init__()
        self.qkv = nn.Linear(size, 3 * size, bias=bias)
        self.norm = QKNorm(size // heads)
        self.proj = nn.Linear(size, size)
        self.heads = heads

    def project(self, x: Tensor, places: Rotary) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values, each (B, L, H, D)."""
        q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).unbind(2)
        return self.norm.queries(q, places), self.norm.keys(k, places), v


class DoubleBlock(nn.Module):
    """Two streams, each with its own weights, that attend to each other.

    `img` is the person's stream and `txt` the garment's: the names the weights have.
    """

    def __init__(self, size: int, heads: int, mlp: int, qkv_bias: bool) -> None:
        super().__init__()
        self.img_attn = SelfAttention(size, heads, qkv_bias)
        self.img_mlp = _mlp(size, mlp)
        self.txt_attn = SelfAttention(size, heads, qkv_bias)
        self.txt_mlp = _mlp(size, mlp)

    def forward(
        self, img: Tensor, txt: Tensor, img_mod: Tensor, txt_mod: Tensor, places: Rotary
    ) -> tuple[Tensor, Tensor]:
        """`*_mod` are (B, 6C): shift, scale and gate of the attention, then of the MLP."""
        img_a, img_m = _thirds(img_mod[:, : img_mod.shape[1] // 2]), _thirds(_second(img_mod))
        txt_a, txt_m = _thirds(txt_mod[:, : txt_mod.shape[1] // 2]), _thirds(_second(txt_mod))
        img_q, img_k, img_v = self.img_attn.project(modulate(img, img_a.shift, img_a.scale), places)
        txt_q, txt_k, txt_v = self.txt_attn.project(modulate(txt, txt_a.shift, txt_a.scale), places)
        mixed = attend(
            torch.cat((txt_q, img_q), 1), torch.cat((txt_k, img_k), 1), torch.cat((txt_v, img_v), 1)
        )
        txt_mixed, img_mixed = mixed.tensor_split((txt.shape[1],), 1)
        img = gated(img, img_a.gate, self.img_attn.proj(img_mixed))
        txt = gated(txt, txt_a.gate, self.txt_attn.proj(txt_mixed))
        img = gated(img, img_m.gate, self.img_mlp(modulate(img, img_m.shift, img_m.scale)))
        txt = gated(txt, txt_m.gate, self.txt_mlp(modulate(txt, txt_m.shift, txt_m.scale)))
        return img, txt


class SingleBlock(nn.Module):
    """One stream; attention and MLP side by side (arXiv:2302.05442)."""

    def __init__(self, size: int, heads: int, mlp: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(size, 3 * size + mlp)
        self.linear2 = nn.Linear(size + mlp, size)
        self.norm = QKNorm(size // heads)
        self.size, self.heads = size, heads

    def forward(self, x: Tensor, mod: Tensor, places: Rotary, kept: int | None = None) -> Tensor:
        """`mod` is (B, 3C): shift, scale and gate. Only the last `kept` tokens are returned."""
        if kept is not None:
            return self._last(x, kept, mod, places)
        mods = _thirds(mod)
        qkv, hidden = self.linear1(modulate(x, mods.shift, mods.scale)).tensor_split(
            (3 * self.size,), -1
        )
        q, k, v = qkv.unflatten(-1, (3, self.heads, -1)).unbind(2)
        mixed = attend(self.norm.queries(q, places), self.norm.keys(k, places), v)
        return gated(x, mods.gate, self._out(mixed, hidden))

    def _last(self, x: Tensor, kept: int, mod: Tensor, places: Rotary) -> Tensor:
        """The other tokens are but looked at: of them keys and values are computed, no more."""
        mods, size = _thirds(mod), self.size
        before, after = modulate(x, mods.shift, mods.scale).tensor_split((x.shape[1] - kept,), 1)
        weight, bias = self.linear1.weight, self.linear1.bias
        seen = F.linear(before, weight[size : 3 * size], bias[size : 3 * size])
        qkv, hidden = self.linear1(after).tensor_split((3 * size,), -1)
        q, k, v = qkv.unflatten(-1, (3, self.heads, -1)).unbind(2)
        seen_k, seen_v = seen.reshape(*seen.shape[:2], 2, self.heads, -1).unbind(2)
        keys = self.norm.keys(torch.cat((seen_k, k), 1), places)
        ours = Rotary(*(table[-kept:] for table in places))
        mixed = attend(self.norm.queries(q, ours), keys, torch.cat((seen_v, v), 1))
        return gated(x[:, -kept:], mods.gate, self._out(mixed, hidden))

    def _out(self, mixed: Tensor, hidden: Tensor) -> Tensor:
        out: Tensor = self.linear2(torch.cat((mixed, F.gelu(hidden, approximate="tanh")), -1))
        return out


class Modulation(NamedTuple):
    """How a block's input and output are changed by time and category; each (B, 1, C), fp32."""

    shift: Tensor
    scale: Tensor
    gate: Tensor


def modulate(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Normalise each token, then scale and shift its channels."""
    normal = F.layer_norm(x.float(), (x.shape[-1],), eps=EPS)
    return (normal * (1 + scale) + shift).to(x.dtype)


def gated(x: Tensor, gate: Tensor, change: Tensor) -> Tensor:
    """Add a block's output to the residual stream, as much as its gate lets through."""
    return (x.float() + gate * change.float()).to(x.dtype)


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Every token attends to all; (B, L, H, D) each, returns (B, L of q, H·D)."""
    mixed = F.scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2))
    return mixed.transpose(1, 2).flatten(2)


def rotary(grid: tuple[int, int], axes: tuple[int, ...], theta: float) -> Rotary:
    """Rotary position embedding (arXiv:2104.09864) of the patches of a picture, row by row.

    Of the axes' channels the first turn by nothing, the others by row and by column.
    """
    rows, columns = (torch.arange(side, dtype=torch.float64) for side in grid)
    places = torch.cartesian_prod(torch.zeros(1, dtype=torch.float64), rows, columns)
    angles = []
    for axis, size in enumerate(axes):
        speed = theta ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
        angles.append(places[:, axis, None] * speed)
    turn = torch.cat(angles, -1)
    return Rotary(turn.cos().float(), turn.sin().float())


def rotate(x: Tensor, places: Rotary) -> Tensor:
    """Turn neighbouring pairs of channels of (B, L, H, D); fp32."""
    first, second = x.float().reshape(*x.shape[:-1], -1, 2).unbind(-1)
    cos, sin = places.cos[:, None], places.sin[:, None]
    return torch.stack((first * cos - second * sin, first * sin + second * cos), -1).flatten(-2)


def _mlp(size: int, hidden: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(size, hidden), nn.GELU(approximate="tanh"), nn.Linear(hidden, size)
    )


def _thirds(mod: Tensor) -> Modulation:
    return Modulation(*mod[:, None].chunk(3, -1))


def _second(mod: Tensor) -> Tensor:
    return mod[:, mod.shape[1] // 2 :]
