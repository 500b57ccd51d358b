"""Triton kernels for what lies between the products of matrices: one pass over memory each.

Written for NVIDIA GPUs, correct wherever Triton runs. They compute what the functions of the
same names in `layers` do, in fp32 inside; inputs and outputs are in the precision of the model.
"""

from collections.abc import Sequence

import torch
import triton
import triton.language as tl
from torch import Tensor, nn

from modera_bot.ml.fashn.layers import EPS, Ops, RMSNorm, Rotary

#: Rows that one program works through: shift, scale and gate are read once for all of them.
ROWS = 8


@triton.jit
def _modulate(
    x, shift, scale, out, tokens, channels, mod_stride, eps, ROWS: tl.constexpr, BLOCK: tl.constexpr
):
    first = tl.program_id(0) * ROWS
    batch = tl.program_id(1)
    at = tl.arange(0, BLOCK)
    inside = at < channels
    moved = tl.load(shift + batch * mod_stride + at, mask=inside, other=0.0)
    scaled = 1.0 + tl.load(scale + batch * mod_stride + at, mask=inside, other=0.0)
    for row in range(ROWS):
        token = first + row
        seen = inside & (token < tokens)
        place = (batch * tokens + token).to(tl.int64) * channels + at
        value = tl.load(x + place, mask=seen, other=0.0).to(tl.float32)
        centred = tl.where(inside, value - tl.sum(value) / channels, 0.0)
        spread = tl.rsqrt(tl.sum(centred * centred) / channels + eps)
        tl.store(out + place, (centred * spread * scaled + moved).to(out.dtype.element_ty), seen)


@triton.jit
def _gated(
    x, gate, change, out, tokens, channels, mod_stride, ROWS: tl.constexpr, BLOCK: tl.constexpr
):
    first = tl.program_id(0) * ROWS
    batch = tl.program_id(1)
    at = tl.arange(0, BLOCK)
    inside = at < channels
    let = tl.load(gate + batch * mod_stride + at, mask=inside, other=0.0)
    for row in range(ROWS):
        token = first + row
        seen = inside & (token < tokens)
        place = (batch * tokens + token).to(tl.int64) * channels + at
        value = tl.load(x + place, mask=seen, other=0.0).to(tl.float32)
        added = tl.load(change + place, mask=seen, other=0.0).to(tl.float32)
        tl.store(out + place, (value + let * added).to(out.dtype.element_ty), seen)


@triton.jit
def _turn(
    x,
    scale,
    cos,
    sin,
    out,
    x_batch,
    x_token,
    out_batch,
    out_token,
    heads,
    eps,
    HEADS: tl.constexpr,
    PAIRS: tl.constexpr,
):
    token = tl.program_id(0).to(tl.int64)
    batch = tl.program_id(1).to(tl.int64)
    head = tl.arange(0, HEADS)[:, None]
    channel = tl.arange(0, 2 * PAIRS)[None, :]
    at = head * (2 * PAIRS) + channel
    seen = (head < heads) & (channel < 2 * PAIRS)
    value = tl.load(x + batch * x_batch + token * x_token + at, mask=seen, other=0.0)
    value = value.to(tl.float32)
    size = tl.rsqrt(tl.sum(value * value, 1) / (2 * PAIRS) + eps)
    weight = tl.load(scale + channel).to(tl.float32)
    first, second = tl.split(tl.reshape(value * size[:, None] * weight, (HEADS, PAIRS, 2)))
    pair = token * PAIRS + tl.arange(0, PAIRS)
    turn, lift = tl.load(cos + pair)[None, :], tl.load(sin + pair)[None, :]
    turned = tl.interleave(first * turn - second * lift, first * lift + second * turn)
    tl.store(
        out + batch * out_batch + token * out_token + at, turned.to(out.dtype.element_ty), mask=seen
    )


@triton.jit
def _join(
    mixed,
    hidden,
    out,
    channels,
    width,
    hidden_batch,
    hidden_token,
    tokens,
    BLOCK: tl.constexpr,
):
    token = tl.program_id(0).to(tl.int64)
    batch = tl.program_id(1).to(tl.int64)
    at = tl.program_id(2) * BLOCK + tl.arange(0, BLOCK)
    row = batch * tokens + token
    ours = at < channels
    first = tl.load(mixed + row * channels + at, mask=ours, other=0.0).to(tl.float32)
    theirs = (at >= channels) & (at < width)
    place = hidden + batch * hidden_batch + token * hidden_token + (at - channels)
    value = tl.load(place, mask=theirs, other=0.0).to(tl.float32)
    inner = 0.7978845608028654 * (value + 0.044715 * value * value * value)
    value = value * (1 - 1 / (tl.exp(2 * inner) + 1))  # half of 1 + tanh(inner)
    tl.store(
        out + row * width + at,
        tl.where(ours, first, value).to(out.dtype.element_ty),
        mask=at < width,
    )


def modulate(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """See `layers.modulate`."""
    x = x.contiguous()
    batch, tokens, channels = x.shape
    out = torch.empty_like(x)
    _modulate[(triton.cdiv(tokens, ROWS), batch)](
        x,
        shift,
        scale,
        out,
        tokens,
        channels,
        shift.stride(0),
        EPS,
        ROWS=ROWS,
        BLOCK=triton.next_power_of_2(channels),
        num_warps=4,
    )
    return out


def gated(x: Tensor, gate: Tensor, change: Tensor) -> Tensor:
    """See `layers.gated`."""
    x, change = x.contiguous(), change.contiguous()
    batch, tokens, channels = x.shape
    out = torch.empty_like(x)
    _gated[(triton.cdiv(tokens, ROWS), batch)](
        x,
        gate,
        change,
        out,
        tokens,
        channels,
        gate.stride(0),
        ROWS=ROWS,
        BLOCK=triton.next_power_of_2(channels),
        num_warps=4,
    )
    return out


def turn(parts: Sequence[Tensor], norms: Sequence[RMSNorm], places: Sequence[Rotary]) -> Tensor:
    """See `layers.turn`."""
    batch, _, heads, channels = parts[0].shape
    out = parts[0].new_empty((batch, sum(part.shape[1] for part in parts), heads, channels))
    slices = out.split([part.shape[1] for part in parts], 1)
    for part, norm, at, target in zip(parts, norms, places, slices, strict=True):
        _turn[(part.shape[1], batch)](
            part,
            norm.scale,
            at.cos,
            at.sin,
            target,
            part.stride(0),
            part.stride(1),
            target.stride(0),
            target.stride(1),
            heads,
            EPS,
            HEADS=triton.next_power_of_2(heads),
            PAIRS=channels // 2,
            num_warps=2,
        )
    return out


def join(mixed: Tensor, hidden: Tensor) -> Tensor:
    """See `layers.join`."""
    mixed = mixed.contiguous()
    batch, tokens, channels = mixed.shape
    width = channels + hidden.shape[-1]
    out = mixed.new_empty((batch, tokens, width))
    block = 1024
    _join[(tokens, batch, triton.cdiv(width, block))](
        mixed,
        hidden,
        out,
        channels,
        width,
        hidden.stride(0),
        hidden.stride(1),
        tokens,
        BLOCK=block,
        num_warps=4,
    )
    return out


def activate(layer: nn.Linear, x: Tensor) -> Tensor:
    """See `layers.activate`; the activation is done as the product is written."""
    product: Tensor = torch._addmm_activation(
        layer.bias, x.flatten(0, 1), layer.weight.t(), use_gelu=True
    )
    return product.reshape(*x.shape[:2], -1)


TRITON = Ops(modulate, gated, turn, activate, join)
