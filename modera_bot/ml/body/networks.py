"""The networks of the body models: loaded when first used, shared within a process."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from modera_bot.errors import Code, ModeraError

if TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter

Floats = NDArray[np.float32]

#: Networks this small gain next to nothing from more, and the other processes lose.
THREADS = 1

POSE_DETECTION = "pose_detection.tflite"
POSE_LANDMARK = "pose_landmark_full.tflite"
SELFIE = "selfie_segmentation.tflite"
FACE_DETECTION = "face_detection_short_range.tflite"
FACE_LANDMARK = "face_landmark.tflite"

GET_THEM = "get it with: modera-bot models pull"


class Network:
    """One network; may be called from several threads, which then take turns."""

    def __init__(self, file: Path) -> None:
        """Raises ModeraError(MODELS_MISSING) when the file is missing or is no network."""
        self._interpreter = _open(file)
        self._turn = threading.Lock()
        self._input: int = self._interpreter.get_input_details()[0]["index"]
        self._outputs: dict[str, int] = {
            output["name"]: output["index"] for output in self._interpreter.get_output_details()
        }

    def __call__(self, picture: Floats) -> dict[str, Floats]:
        """Run on a picture (side, side, 3), scaled as the network wants it.

        Returns its outputs by name, without the batch axis.
        """
        with self._turn:
            self._interpreter.set_tensor(self._input, picture[None])
            self._interpreter.invoke()
            return {
                name: self._interpreter.get_tensor(index)[0]  # a copy
                for name, index in self._outputs.items()
            }


class Networks:
    """The networks in one folder, by file name, each opened when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._opened: dict[str, Network] = {}

    def __getitem__(self, name: str) -> Network:
        with self._lock:
            if name not in self._opened:
                self._opened[name] = Network(self._folder / name)
            return self._opened[name]


@cache
def networks(folder: Path) -> Networks:
    """The networks in `folder`, the same object throughout a process."""
    return Networks(folder)


def sigmoid(logits: Floats) -> Floats:
    """Logits to probabilities; clipped, so that no extreme overflows."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -80, 80))), np.float32)


def _open(file: Path) -> Interpreter:
    from ai_edge_litert.interpreter import Interpreter

    if not file.is_file():
        raise ModeraError(Code.MODELS_MISSING, f"no {file}; {GET_THEM}")
    try:
        with _silenced():
            interpreter = Interpreter(str(file), num_threads=THREADS)
            interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise ModeraError(
            Code.MODELS_MISSING, f"{file} is damaged ({error}); {GET_THEM}"
        ) from error
    return interpreter


@contextmanager
def _silenced() -> Iterator[None]:
    """Keep LiteRT's chatter off the standard error, where people look for faults."""
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
