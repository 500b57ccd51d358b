"""A tiny model in the layout of the real one, and the reference's vectors."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from modera_bot.ml.fashn.process import FashnProcess
from tests.ml.fashn.parity.pictures import cases as cases_of
from tests.ml.fashn.tiny import write_model

VECTORS = Path(__file__).parents[2] / "vectors"
PREPOST = VECTORS / "fashn_prepost"

Arrays = dict[str, NDArray[np.generic]]


def cases(name: str) -> dict[str, Arrays]:
    """The arrays of a file of vectors, by case: "c00.input" is input of c00."""
    return cases_of(PREPOST / f"{name}.npz")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models with a tiny FASHN VTON in it; nobody may change it."""
    models = tmp_path_factory.mktemp("models")
    write_model(models / "fashn")
    return models / "fashn"


@pytest.fixture(scope="session")
def process(folder: Path) -> Iterator[FashnProcess]:
    """The tiny model, running: it takes seconds to start."""
    running = FashnProcess(folder, "cpu")
    yield running
    running.close()
