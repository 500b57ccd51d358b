"""Ways to run the network faster, by choice: each costs a warm-up.

| mode | warm-up | what it does |
|---|---|---|
| eager | none | runs as written |
| compile | a minute or two | normalisation, rotation, modulation and gates fused (torch.compile) |
| graphs | a little more | that, and each step launched as one CUDA graph |
"""

from typing import Literal, get_args

import torch
from torch import Tensor

from modera_bot.ml.fashn.backbone import Streams
from modera_bot.ml.fashn.transformer import FashnTransformer

Mode = Literal["eager", "compile", "graphs"]
MODES: tuple[Mode, ...] = get_args(Mode)


def accelerate(model: FashnTransformer, mode: Mode) -> None:
    """Prepare `model` for a mode; the next picture, of any number of steps, warms it up."""
    if mode == "eager":
        return
    backbone = model.backbone
    for blocks in (backbone.x_patch_mixer, backbone.double_blocks, backbone.single_blocks):
        for block in blocks:
            # each kind of block is compiled once: parameters are inputs of what is compiled
            block.compile(dynamic=False)
    if mode == "graphs" and model.device.type == "cuda":
        model.replay = Graphs(model)


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
