"""The model files, for tests that look at pictures."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from modera_bot.ml.base import Picture
from modera_bot.ml.body import BodyUnderstanding

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "samples"


@pytest.fixture(scope="session")
def understanding(models: Path) -> BodyUnderstanding:
    return BodyUnderstanding(models)


def sample(name: str) -> Picture:
    """A picture of tests/samples in RGB, such as people/ana_tee_logo."""
    bgr = cv2.imread(str(SAMPLES / f"{name}.jpg"))
    assert bgr is not None, name
    return np.ascontiguousarray(bgr[..., ::-1])


def worn(name: str) -> np.ndarray:
    """Where the garment is visible on a person of tests/samples, by ground truth."""
    mask = cv2.imread(str(SAMPLES / "masks" / f"{name}.png"), cv2.IMREAD_GRAYSCALE)
    assert mask is not None, name
    return mask > 127
