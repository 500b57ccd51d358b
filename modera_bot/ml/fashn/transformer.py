"""A loaded network, ready to be sampled: what a device holds, and what is computed once."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from modera_bot.ml.fashn.backbone import Backbone, Streams
from modera_bot.ml.fashn.conditioner import Conditioner
from modera_bot.ml.fashn.config import FashnConfig
from modera_bot.ml.fashn.schedule import time_grid

#: The category of nothing, which guidance leads away from.
NULL = 0

#: Schedules remembered: a few step counts times the categories, 24 MB each at 30 steps.
REMEMBERED = 16


class FashnTransformer(nn.Module):
    """The backbone where it runs, and the conditioner, which stays where there is room."""

    def __init__(self, config: FashnConfig, backbone: Backbone, conditioner: Conditioner) -> None:
        super().__init__()
        self.config, self.backbone, self.conditioner = config, backbone, conditioner
        self.places = backbone.places(self.device)
        #: What replays the backbone, if anything does (see speed).
        self.replay: Callable[[Tensor, Streams, Tensor], Tensor] | None = None
        self._modulations: dict[tuple[int, int], Tensor] = {}

    @property
    def device(self) -> torch.device:
        """Of the backbone."""
        return next(self.backbone.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        """Of the backbone."""
        return next(self.backbone.parameters()).dtype

    def velocity(self, x: Tensor, streams: Streams, modulation: Tensor) -> Tensor:
        """The backbone's; valid until the next call."""
        if self.replay is not None:
            return self.replay(x, streams, modulation)
        velocity: Tensor = self.backbone(x, streams, modulation, self.places)
        return velocity

    def modulations(self, steps: int, category: int) -> Tensor:
        """How all blocks are modulated at each step, (steps, n) fp32 on the device; remembered."""
        key = (steps, category)
        if key not in self._modulations:
            if len(self._modulations) >= REMEMBERED:
                del self._modulations[next(iter(self._modulations))]  # the oldest
            times = time_grid(steps)[:-1].to(next(self.conditioner.parameters()).device)
            table = self.conditioner(times, torch.full_like(times, category, dtype=torch.long))
            self._modulations[key] = table.to(self.device)
        return self._modulations[key]
