"""Errors of arrays, and whether they are small enough."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

PARSER = "needs the human parser, whose licence forbids business: ours does without"


@dataclass
class Parity:
    """Errors of arrays by name: largest absolute difference, or of pictures in levels.

    `bf16` has for each velocity the RMS error in half precision: ours, and the published code's.
    """

    tolerance: dict[str, Any]
    errors: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    bf16: dict[str, dict[str, float]] = field(default_factory=dict)

    def compare(self, name: str, ours: Any, theirs: Any) -> None:
        """Note how far `ours` is from `theirs`."""
        ours, theirs = np.asarray(ours), np.asarray(theirs)
        if ours.shape != theirs.shape:
            self.errors[name] = float("inf")
            self.failed.append(name)
            return
        apart = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
        self.errors[name] = float(apart.max(initial=0))
        if not self._close(apart, theirs):
            self.failed.append(name)

    def _close(self, apart: np.ndarray, theirs: np.ndarray) -> bool:
        if theirs.dtype == np.uint8:
            share = float((apart > 0).mean()) if apart.size else 0.0
            most = self.tolerance.get("uint8_share", 1.0)
            return bool((apart <= self.tolerance["uint8_levels"]).all() and share <= most)
        most = self.tolerance.get("atol", 0.0)
        if "rtol_of_max" in self.tolerance:
            most = max(most, self.tolerance["rtol_of_max"] * float(np.abs(theirs).max(initial=0)))
        return bool((apart <= most).all())  # NaN is never close
