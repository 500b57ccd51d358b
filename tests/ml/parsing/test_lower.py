"""What is worn below the top, against ground truth where there is some."""

import numpy as np
import pytest

from modera_bot.ml.base import Picture
from modera_bot.ml.body import BodyUnderstanding
from modera_bot.ml.parsing.figure import SIDES, Figure, figure
from modera_bot.ml.parsing.lower import Lower, end_of, parse_lower
from modera_bot.ml.parsing.parse import parse
from tests.ml.conftest import sample, worn


def looked_at(understanding: BodyUnderstanding, name: str) -> tuple[Picture, Figure, Lower]:
    picture = sample(f"people/{name}")
    person = understanding.understand(picture).people[0]
    body = figure(person)
    return picture, body, parse_lower(picture, body, parse(picture, person, body))


@pytest.fixture(scope="module")
def in_trousers(understanding) -> tuple[Picture, Figure, Lower]:
    return looked_at(understanding, "mia_tank_dots")


@pytest.fixture(scope="module")
def in_a_dress(understanding) -> tuple[Picture, Figure, Lower]:
    return looked_at(understanding, "mia_dress_pin")


def test_legs_lead_from_hips_over_knees_to_feet(in_trousers):
    _, body, _ = in_trousers
    for side in SIDES:
        ys = [*body.leg(side)[:, 1], body.feet[side, 1]]
        assert ys == sorted(ys)
    assert body.leg_seen.min() > 0.5
    assert (body.ankles[0] < body.ankles[1])[0]


def test_legs_outside_the_picture_are_not_seen(understanding):
    _, body, lower = looked_at(understanding, "ana_tee_logo")
    assert (body.leg_seen[:, 1] == 0).all()
    assert (lower.ends == 1).all()


def test_trousers_reach_over_the_ankles_and_are_parted(in_trousers):
    _, _, lower = in_trousers
    assert not lower.whole
    assert lower.parted
    assert (lower.ends > 1).all()
    assert (lower.ends < 1.15).all()


def test_shoes_are_no_trousers(in_trousers):
    _, body, lower = in_trousers
    for foot in body.feet:
        x, y = np.rint(foot).astype(int)
        assert lower.region[y, x] == 0
        assert lower.feet[y, x] > 0.9
    assert np.minimum(lower.region, lower.feet).mean() < 0.001


@pytest.mark.parametrize("name", ["mia_tank_dots", "ana_tee_stripe", "ben_long_plaid"])
def test_the_hem_of_the_top_is_found_in_every_column(understanding, name):
    _, body, lower = looked_at(understanding, name)
    top = worn(name)
    middle = slice(*np.rint(body.collar[0] + np.array([-0.4, 0.4]) * body.scale).astype(int))
    truth = len(top) - top[::-1, middle].argmax(axis=0)
    found = (lower.above[:, middle] > 0.5).sum(axis=0)
    wrong = np.abs(found - truth)
    assert np.median(wrong) <= 2
    assert np.percentile(wrong, 90) <= 0.03 * body.scale


def test_a_dress_is_one_with_its_skirt_and_ends_where_it_ends(in_a_dress):
    _, body, lower = in_a_dress
    dress = worn("mia_dress_pin")
    assert lower.whole
    assert not lower.parted
    hem = float(np.flatnonzero(dress.any(axis=1))[-1])
    for side in SIDES:
        end = body.at(0, end_of(body, side, float(lower.ends[side])))[1]
        assert abs(end - hem) < 0.02 * len(dress)


def test_what_is_below_a_dress_s_waist_is_all_of_it(in_a_dress):
    _, _, lower = in_a_dress
    dress = worn("mia_dress_pin") & (lower.above < 0.5)
    found = lower.region > 0.5
    assert (found & dress).sum() > 0.93 * (found | dress).sum()
