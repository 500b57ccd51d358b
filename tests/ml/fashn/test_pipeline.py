"""From photos to what the network sees."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from modera_bot.errors import BackendError
from modera_bot.ml.fashn.inputs import Size, blank
from modera_bot.ml.fashn.loading import load
from modera_bot.ml.fashn.pipeline import generate, look_at
from modera_bot.ml.fashn.prepare import alone
from tests.ml.conftest import sample
from tests.ml.fashn.conftest import PREPOST, Arrays, cases

CANVAS = Size(48, 72)
PERSON, GARMENT = sample("people/ana_tee_logo"), sample("garments/tee_stripe")


@pytest.mark.parametrize("case", cases("masking").values(), ids=cases("masking"))
@pytest.mark.parametrize("category", ["tops", "bottoms", "one-pieces"])
def test_a_worn_garment_is_cut_out_as_in_the_reference(case: Arrays, category: str) -> None:
    labels = json.loads((PREPOST / "labels.json").read_text())
    names = labels["coverage_to_labels"][labels["category_to_coverage"][category]]
    mask = np.isin(case["seg"], [labels["labels_to_ids"][name] for name in names])
    np.testing.assert_array_equal(alone(case["image"], mask), case[f"garment.{category}"])


def test_of_a_worn_garment_only_the_garment_is_seen(folder: Path) -> None:
    worn = np.zeros(PERSON.shape[:2], np.float32)
    worn[400:700, 250:500] = 1
    seen = look_at(PERSON, PERSON, folder=folder, canvas=CANVAS, worn=worn).garment
    plain = look_at(PERSON, PERSON, folder=folder, canvas=CANVAS).garment
    grey = (seen == 127).all(axis=2)
    assert 0.6 < grey.mean() < 0.95
    np.testing.assert_allclose(seen[35:40, 22:26], plain[35:40, 22:26], atol=3)


@pytest.mark.parametrize("shape", [(40, 900), (900, 40), (3, 3)])
def test_pictures_of_any_shape_fit(folder: Path, shape: tuple[int, int]) -> None:
    odd = np.full((*shape, 3), 128, np.uint8)
    seen = look_at(odd, odd, folder=folder, canvas=CANVAS)
    assert seen.person.shape == seen.garment.shape == (72, 48, 3)
    assert seen.person_pose.shape == seen.garment_pose.shape == (72, 48)


def test_a_network_that_computes_nonsense_gives_no_picture(folder: Path) -> None:
    model = load(folder, torch.device("cpu"), torch.float32)
    with torch.no_grad():
        next(model.backbone.parameters()).fill_(float("inf"))
    with pytest.raises(BackendError, match="seed 3"):
        generate(model, blank(72, 48), 1, seed=3, steps=2)
