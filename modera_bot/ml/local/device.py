"""Which devices there are, what they compute in, and the memory they have left.

Imports torch: only a model's own process and `modera-bot doctor` should import this.
"""

import os
from pathlib import Path

import torch

from modera_bot.errors import BackendError, Code


def choose(name: str, section: str) -> torch.device:
    """The device of that name, or the best there is for "auto"; ROCm calls itself cuda.

    Raises BackendError when it is not there; `section` is where its name is written.
    """
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        torch.empty(1, device=name)
    except (RuntimeError, AssertionError) as error:  # torch asserts that it was built with CUDA
        reason = str(error).partition("\n")[0]
        advice = f'set [{section}] device = "auto"'
        raise BackendError(Code.BACKEND_UNAVAILABLE, f"no {name}: {reason}; {advice}") from error
    return torch.device(name)


def precision(device: torch.device) -> torch.dtype:
    """bf16 where the hardware computes in it, else fp32: the range of fp16 is too small."""
    native = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.bfloat16 if native else torch.float32


def free_bytes(device: torch.device) -> int:
    """Memory that can still be had on the device."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory())
    return _free_ram()


def _free_ram() -> int:
    """RAM that can be had without swapping; all there is where the system doesn't tell."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        kilobytes = dict(line.split(":") for line in lines)["MemAvailable"].split()[0]
    except (OSError, KeyError, ValueError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return int(kilobytes) * 1024
