"""Which device a local model gets, and what it computes in there."""

import pytest
import torch

from modera_bot.errors import BackendError, Code
from modera_bot.ml.local import device

SECTION = "inference.fashn"


def test_without_a_gpu_it_runs_on_the_cpu_in_full_precision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert device.choose("auto", SECTION) == torch.device("cpu")
    assert device.precision(torch.device("cpu")) is torch.float32


def test_a_gpu_is_taken_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert device.choose("auto", SECTION) == torch.device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert device.choose("auto", SECTION) == torch.device("mps")


@pytest.mark.parametrize(
    ("native", "dtype"), [(True, torch.bfloat16), (False, torch.float32)], ids=["new", "old"]
)
def test_half_precision_is_for_gpus_that_compute_in_it(
    monkeypatch: pytest.MonkeyPatch, native: bool, dtype: torch.dtype
) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: native)
    assert device.precision(torch.device("cuda")) is dtype


@pytest.mark.parametrize("name", ["cuda:99", "mps"])
def test_a_device_that_is_not_there_is_named_with_what_to_do(name: str) -> None:
    with pytest.raises(BackendError) as caught:
        device.choose(name, SECTION)
    assert caught.value.code is Code.BACKEND_UNAVAILABLE
    assert name in caught.value.detail
    assert f"[{SECTION}] device" in caught.value.detail


def test_free_memory_is_measured() -> None:
    assert 0 < device.free_bytes(torch.device("cpu")) < 1 << 50
