"""Ways to run the network faster.

| mode | warm-up | what it does |
|---|---|---|
| eager | seconds | on NVIDIA: what lies between products of matrices in one pass each (kernels) |
| graphs | seconds | that, and each step launched as one CUDA graph |
| compile | a minute | fused by torch.compile instead, on any device |
"""

import logging
from importlib.util import find_spec
from typing import Literal, get_args

import torch
from torch import Tensor

from modera_bot.ml.fashn.backbone import Streams
from modera_bot.ml.fashn.layers import TORCH, Ops
from modera_bot.ml.fashn.transformer import FashnTransformer

_log = logging.getLogger(__name__)

Mode = Literal["eager", "graphs", "compile"]
MODES: tuple[Mode, ...] = get_args(Mode)


def accelerate(model: FashnTransformer, mode: Mode) -> bool:
    """Prepare `model` for a mode, once; True if a picture of two steps should warm it up."""
    gpu = model.device.type == "cuda"
    ops = _kernels(model.device) if gpu and mode != "compile" else TORCH
    for block in model.backbone.blocks():
        block.ops = ops
        if mode == "compile":
            # each kind of block is compiled once: parameters are inputs of what is compiled
            block.compile(dynamic=False)
    model.replay = Graphs(model) if gpu and mode == "graphs" else None
    return mode != "eager" or ops is not TORCH


def _kernels(device: torch.device) -> Ops:
    """The faster ones, where Triton is there and works: it needs a C compiler when it runs."""
    if find_spec("triton") is None:
        return TORCH
    from modera_bot.ml.fashn.kernels import TRITON

    probe = torch.zeros(1, 1, 16, device=device)
    try:
        TRITON.gated(probe, probe, probe)
    except Exception as error:  # whatever its compiler or the driver raise
        _log.warning("Triton does not work here, so pictures take twice as long: %s", error)
        return TORCH
    return TRITON


class Graphs:
    """A backbone whose kernels are recorded once for each shape of input, then replayed."""

    def __init__(self, model: FashnTransformer) -> None:
        self._model = model
        self._recorded: dict[torch.Size, _Recorded] = {}

    def __call__(self, x: Tensor, streams: Streams, modulation: Tensor) -> Tensor:
        """The velocity; it is overwritten by the next call."""
        inputs = (x, *streams, modulation)
        recorded = self._recorded.get(x.shape)
        if recorded is None:
            recorded = self._recorded[x.shape] = _Recorded(self._model, inputs)
        return recorded.replay(inputs)


class _Recorded:
    def __init__(self, model: FashnTransformer, inputs: tuple[Tensor, ...]) -> None:
        self._inputs = tuple(tensor.clone() for tensor in inputs)
        x, person, garment, modulation = self._inputs

        def run() -> Tensor:
            velocity: Tensor = model.backbone(x, Streams(person, garment), modulation, model.places)
            return velocity

        side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):  # whatever is set up or compiled lazily, before recording
            for _ in range(2):
                run()
        torch.cuda.current_stream().wait_stream(side)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._output = run()

    def replay(self, inputs: tuple[Tensor, ...]) -> Tensor:
        for ours, theirs in zip(self._inputs, inputs, strict=True):
            ours.copy_(theirs)
        self._graph.replay()
        return self._output
