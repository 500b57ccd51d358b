"""Garments on somebody who wears them, against the ground truth of the sample people."""

from pathlib import Path

import numpy as np
import pytest

from modera_bot.contracts import Category
from modera_bot.ml.garment_mask import worn_garment
from tests.ml.conftest import SAMPLES, sample, worn

TOPS = ["ana_long_plaid", "ana_tee_logo", "ben_tee_stripe", "mia_tank_dots"]


def overlap(first: np.ndarray, second: np.ndarray) -> float:
    return float((first & second).sum() / (first | second).sum())


@pytest.mark.parametrize("name", TOPS)
def test_a_worn_top_is_found_without_its_wearer(models: Path, name: str) -> None:
    mask = worn_garment(sample(f"people/{name}"), Category.TOPS, models)
    assert mask is not None
    assert overlap(mask > 0.5, worn(name)) > 0.9


def test_a_worn_dress_is_found_without_arms_and_legs(models: Path) -> None:
    mask = worn_garment(sample("people/mia_dress_pin"), Category.ONE_PIECES, models)
    assert mask is not None
    assert overlap(mask > 0.5, worn("mia_dress_pin")) > 0.85


def test_worn_trousers_are_found_without_the_top(models: Path) -> None:
    mask = worn_garment(sample("people/mia_tank_dots"), Category.BOTTOMS, models)
    assert mask is not None
    found = mask > 0.5
    assert found.mean() > 0.05
    assert (found & worn("mia_tank_dots")).sum() < 0.03 * found.sum()


@pytest.mark.parametrize("garment", sorted((SAMPLES / "garments").glob("*.jpg")))
def test_what_nobody_wears_is_no_worn_garment(models: Path, garment: Path) -> None:
    assert worn_garment(sample(f"garments/{garment.stem}"), Category.TOPS, models) is None
