"""The blocks of the transformer: attention over two streams, then over both as one.

Tensors are (batch, tokens, channels). `B` is the batch, `L` tokens, `C` channels, `H` heads of
`D` channels. Statistics, rotations and modulation are computed in fp32 whatever the precision
of the weights; products of matrices and the residual stream are in that of the weights.

Source: the two-stream transformer of Stable Diffusion 3 (arXiv:2403.03206) in the form FLUX.1
gave it, as FASHN VTON 1.5 uses it.
"""

from collections.abc import Callable, Sequence
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
    """The norms of queries and keys, for each head by itself."""

    def __init__(self, head: int) -> None:
        super().__init__()
        self.query_norm, self.key_norm = RMSNorm(head), RMSNorm(head)


class SelfAttention(nn.Module):
    """The projections of one stream; `DoubleBlock` attends over both streams together."""

    def __init__(self, size: int, heads: int, bias: bool) -> None:
        super().__init__()
        self.qkv = nn.Linear(size, 3 * size, bias=bias)
        self.norm = QKNorm(size // heads)
        self.proj = nn.Linear(size, size)
        self.heads = heads

    def project(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values, each (B, L, H, D), as they come."""
        q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).unbind(2)
        return q, k, v


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
        self.ops = TORCH

    def forward(
        self, img: Tensor, txt: Tensor, img_mod: Tensor, txt_mod: Tensor, places: Rotary
    ) -> tuple[Tensor, Tensor]:
        """`*_mod` are (B, 6C): shift, scale and gate of the attention, then of the MLP."""
        ops, img_norm, txt_norm = self.ops, self.img_attn.norm, self.txt_attn.norm
        img_a, img_m = _thirds(_first(img_mod)), _thirds(_second(img_mod))
        txt_a, txt_m = _thirds(_first(txt_mod)), _thirds(_second(txt_mod))
        img_q, img_k, img_v = self.img_attn.project(ops.modulate(img, img_a.shift, img_a.scale))
        txt_q, txt_k, txt_v = self.txt_attn.project(ops.modulate(txt, txt_a.shift, txt_a.scale))
        mixed = attend(
            ops.turn((txt_q, img_q), (txt_norm.query_norm, img_norm.query_norm), (places, places)),
            ops.turn((txt_k, img_k), (txt_norm.key_norm, img_norm.key_norm), (places, places)),
            torch.cat((txt_v, img_v), 1),
        )
        txt_mixed, img_mixed = mixed.tensor_split((txt.shape[1],), 1)
        img = ops.gated(img, img_a.gate, self.img_attn.proj(img_mixed))
        txt = ops.gated(txt, txt_a.gate, self.txt_attn.proj(txt_mixed))
        img_change = self._feed(self.img_mlp, ops.modulate(img, img_m.shift, img_m.scale))
        txt_change = self._feed(self.txt_mlp, ops.modulate(txt, txt_m.shift, txt_m.scale))
        return ops.gated(img, img_m.gate, img_change), ops.gated(txt, txt_m.gate, txt_change)

    def _feed(self, mlp: nn.Sequential, x: Tensor) -> Tensor:
        first, _, second = mlp
        assert isinstance(first, nn.Linear)
        out: Tensor = second(self.ops.activate(first, x))
        return out


class SingleBlock(nn.Module):
    """One stream; attention and MLP side by side (arXiv:2302.05442)."""

    def __init__(self, size: int, heads: int, mlp: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(size, 3 * size + mlp)
        self.linear2 = nn.Linear(size + mlp, size)
        self.norm = QKNorm(size // heads)
        self.size, self.heads, self.ops = size, heads, TORCH

    def forward(self, x: Tensor, mod: Tensor, places: Rotary, kept: int | None = None) -> Tensor:
        """`mod` is (B, 3C): shift, scale and gate. Only the last `kept` tokens are returned."""
        if kept is not None:
            return self._last(x, kept, mod, places)
        ops, mods = self.ops, _thirds(mod)
        q, k, v, hidden = self._project(ops.modulate(x, mods.shift, mods.scale))
        queries = ops.turn((q,), (self.norm.query_norm,), (places,))
        keys = ops.turn((k,), (self.norm.key_norm,), (places,))
        mixed = attend(queries, keys, v)
        return ops.gated(x, mods.gate, self.linear2(ops.join(mixed, hidden)))

    def _last(self, x: Tensor, kept: int, mod: Tensor, places: Rotary) -> Tensor:
        """The other tokens are but looked at: of them keys and values are computed, no more."""
        ops, mods, size, other = self.ops, _thirds(mod), self.size, x.shape[1] - kept
        before, after = ops.modulate(x, mods.shift, mods.scale).tensor_split((other,), 1)
        weight, bias = self.linear1.weight, self.linear1.bias
        seen = F.linear(before, weight[size : 3 * size], bias[size : 3 * size])
        seen_k, seen_v = seen.reshape(*seen.shape[:2], 2, self.heads, -1).unbind(2)
        q, k, v, hidden = self._project(after)
        theirs = Rotary(*(table[:other] for table in places))
        ours = Rotary(*(table[other:] for table in places))
        queries = ops.turn((q,), (self.norm.query_norm,), (ours,))
        keys = ops.turn((seen_k, k), (self.norm.key_norm, self.norm.key_norm), (theirs, ours))
        mixed = attend(queries, keys, torch.cat((seen_v, v), 1))
        return ops.gated(x[:, other:], mods.gate, self.linear2(ops.join(mixed, hidden)))

    def _project(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Queries, keys and values (B, L, H, D), and the MLP's hidden layer (B, L, M)."""
        qkv, hidden = self.linear1(x).tensor_split((3 * self.size,), -1)
        q, k, v = qkv.reshape(*qkv.shape[:2], 3, self.heads, -1).unbind(2)
        return q, k, v, hidden


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


def turn(parts: Sequence[Tensor], norms: Sequence[RMSNorm], places: Sequence[Rotary]) -> Tensor:
    """Normalise queries or keys, turn them by their places, and join the parts' tokens.

    Each part is (B, L, H, D), with its own norm and places (L, D/2).
    """
    turned = [
        rotate(norm(part), at).to(part.dtype)
        for part, norm, at in zip(parts, norms, places, strict=True)
    ]
    return torch.cat(turned, 1) if len(turned) > 1 else turned[0]


def activate(layer: nn.Linear, x: Tensor) -> Tensor:
    """The first layer of an MLP, activated: (B, L, M)."""
    return F.gelu(layer(x), approximate="tanh")


def join(mixed: Tensor, hidden: Tensor) -> Tensor:
    """What attention mixed, and behind it the activated hidden layer: (B, L, C + M)."""
    return torch.cat((mixed, F.gelu(hidden, approximate="tanh")), -1)


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


def _first(mod: Tensor) -> Tensor:
    return mod[:, : mod.shape[1] // 2]


def _second(mod: Tensor) -> Tensor:
    return mod[:, mod.shape[1] // 2 :]


class Ops(NamedTuple):
    """What lies between products of matrices; `kernels` has these in one pass each."""

    modulate: Callable[[Tensor, Tensor, Tensor], Tensor]
    gated: Callable[[Tensor, Tensor, Tensor], Tensor]
    turn: Callable[[Sequence[Tensor], Sequence[RMSNorm], Sequence[Rotary]], Tensor]
    activate: Callable[[nn.Linear, Tensor], Tensor]
    join: Callable[[Tensor, Tensor], Tensor]


TORCH = Ops(modulate, gated, turn, activate, join)
