"""A classifier of the operator's choice that looks at photos on this machine.

It is an ONNX model that takes one RGB picture, (1, 3, side, side), and answers with a number for
each of its classes, (1, n): probabilities, or the logits that a softmax makes them of. Most
published ones are vision transformers of that form.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from modera_bot.config import ClassifierSettings
from modera_bot.errors import BackendError, Code, PoolError
from modera_bot.ml.transports.base import Tick, patient
from modera_bot.pool import PicturePool

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

#: Numbers are probabilities if they are not negative and add up to 1 as nearly as this.
NEARLY = 1e-3


class Classifier:
    """A moderation.Eye; the model is loaded in picture processes, when it is first needed."""

    def __init__(self, settings: ClassifierSettings, pool: PicturePool) -> None:
        self._settings, self._pool = settings, pool

    def flagged(self, pictures: Sequence[bytes], *, tick: Tick = patient) -> set[str]:
        """Refused classes that any of the JPEG pictures is of. Raises BackendError."""
        found: set[str] = set()
        for picture in pictures:
            tick()
            try:
                found |= self._pool.run(classes_of, picture, self._settings)
            except PoolError as error:
                raise BackendError(error.code, error.detail, permanent=False) from error
        return found

    def close(self) -> None:
        """Has started nothing of its own."""


def classes_of(picture: bytes, settings: ClassifierSettings) -> set[str]:
    """The refused classes that a JPEG picture is of. Runs in a picture process.

    Raises BackendError where the model isn't there, or isn't of the form that is described.
    """
    import cv2

    from modera_bot.images import decode

    session = _session(str(settings.model))
    size = settings.side, settings.side
    small = cv2.resize(decode(picture), size, interpolation=cv2.INTER_AREA).astype(np.float32)
    seen = np.asarray((small / 255 - settings.mean) / settings.spread, np.float32)
    try:
        answer = session.run(None, {session.get_inputs()[0].name: seen.transpose(2, 0, 1)[None]})
    except Exception as error:  # the runtime has no error of its own for a wrong shape
        raise _unusable(settings, f"{type(error).__name__}: {_on_one_line(error)}") from error
    values = np.asarray(answer[0], np.float64).ravel()
    if len(values) != len(settings.labels):
        raise _unusable(settings, f"{len(values)} classes for {len(settings.labels)} labels")
    likely = {
        label
        for label, probability in zip(settings.labels, _probabilities(values), strict=True)
        if probability >= settings.least
    }
    return likely & set(settings.refused)


def _probabilities(values: NDArray[np.float64]) -> NDArray[np.float64]:
    if values.min() >= 0 and abs(values.sum() - 1) < NEARLY:
        return values
    raised = np.exp(values - values.max())
    return np.asarray(raised / raised.sum())


@lru_cache(maxsize=1)
def _session(file: str) -> InferenceSession:
    try:
        import onnxruntime
    except ModuleNotFoundError as error:
        advice = "get it with: pip install 'modera-bot[classifier]'"
        raise BackendError(
            Code.BACKEND_UNAVAILABLE, f"onnxruntime is not installed; {advice}"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the pool uses the cores already
    try:
        return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # missing, damaged, of a later version: many kinds
        raise BackendError(Code.MODELS_MISSING, f"{file}: {_on_one_line(error)}") from error


def _on_one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _unusable(settings: ClassifierSettings, why: str) -> BackendError:
    return BackendError(Code.BACKEND_FAILED, f"{settings.model}: {why}; see [inference.classifier]")
