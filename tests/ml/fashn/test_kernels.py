"""The Triton kernels compute what layers.py says; on a GPU, or with TRITON_INTERPRET=1."""

import os

import pytest
import torch
from torch import Tensor

from modera_bot.ml.fashn import layers
from modera_bot.ml.fashn.config import FashnConfig
from modera_bot.ml.fashn.layers import RMSNorm, Rotary

pytest.importorskip("triton")
kernels = pytest.importorskip("modera_bot.ml.fashn.kernels")

INTERPRETED = os.environ.get("TRITON_INTERPRET") == "1"
pytestmark = pytest.mark.skipif(
    not (torch.cuda.is_available() or INTERPRETED), reason="there is no GPU"
)

DEVICE = "cpu" if INTERPRETED else "cuda"
#: One unit in the last place, at most, where the rounding differs.
TOLERANCE = {torch.float32: 2e-6, torch.bfloat16: 2**-7}

FULL = FashnConfig()
SIZE, HEADS, MLP = FULL.hidden_size, FULL.n_heads, FULL.mlp_size
BATCH, TOKENS = 2, 19  # no multiple of what a program works through


@pytest.fixture(params=TOLERANCE, ids=["fp32", "bf16"])
def dtype(request) -> torch.dtype:
    torch.manual_seed(0)
    return request.param


def random(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.randn(shape, device=DEVICE).to(dtype)


def assert_same(ours: Tensor, theirs: Tensor) -> None:
    tolerance = TOLERANCE[ours.dtype]
    torch.testing.assert_close(ours, theirs, atol=tolerance, rtol=tolerance)


def test_tokens_are_normalised_and_modulated(dtype):
    x = random(BATCH, TOKENS, SIZE, dtype=dtype)
    shift, scale, _ = random(BATCH, 1, 3 * SIZE).chunk(3, -1)
    assert_same(kernels.modulate(x, shift, scale), layers.modulate(x, shift, scale))


def test_what_a_gate_lets_through_is_added(dtype):
    x, change = (random(BATCH, TOKENS, SIZE, dtype=dtype) for _ in range(2))
    *_, gate = random(BATCH, 1, 3 * SIZE).chunk(3, -1)
    assert_same(kernels.gated(x, gate, change), layers.gated(x, gate, change))


@pytest.mark.parametrize("parts", [1, 2])
def test_queries_of_one_stream_or_two_are_normalised_and_turned(dtype, parts):
    head = SIZE // HEADS
    joint = random(BATCH, TOKENS, 3 * SIZE + MLP, dtype=dtype)
    queries = [
        joint[..., part * SIZE :][..., :SIZE].unflatten(-1, (HEADS, head)) for part in (0, 1)
    ]
    norms, angles = [RMSNorm(head).to(DEVICE, dtype) for _ in queries], random(TOKENS, head // 2)
    for norm in norms:
        norm.scale.data.normal_()
    places = [Rotary(angles.cos(), angles.sin()), Rotary(angles.sin(), angles.cos())]
    given = queries[:parts], norms[:parts], places[:parts]
    with torch.inference_mode():
        assert_same(kernels.turn(*given), layers.turn(*given))


@pytest.mark.filterwarnings("ignore:overflow encountered in exp")  # of the interpreter
def test_attention_and_the_activated_hidden_layer_are_joined(dtype):
    mixed = random(BATCH, TOKENS, SIZE, dtype=dtype)
    hidden = 6 * random(BATCH, TOKENS, 3 * SIZE + MLP, dtype=dtype)[..., 3 * SIZE :]
    assert_same(kernels.join(mixed, hidden), layers.join(mixed, hidden))
