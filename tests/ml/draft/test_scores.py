"""How near drafts come to the ground truth: each above its threshold, all ahead of plainer ways.

The whole table is made by scripts/draft-report; these pairs try every stage.
"""

import math

import pytest

from modera_bot.contracts import Category
from tests.ml.draft import baselines
from tests.ml.draft.scoring import Pair, Score, Truth, Try, drafted

#: Short sleeves to long ones, long to short, print on print; bare legs covered, and bared.
PAIRS = [
    Pair("ana", "tee_logo", "long_plaid", True),
    Pair("ana", "tee_stripe", "tee_logo", True),
    Pair("ben", "long_plaid", "tee_logo", True),
    Pair("eva", "shorts", "jeans", True, Category.BOTTOMS),
    Pair("eva", "jeans", "skirt", True, Category.BOTTOMS),
]

#: The least overlap of a new garment with where it should be.
LEAST_OVERLAP = {Category.TOPS: 0.85, Category.BOTTOMS: 0.75, Category.ONE_PIECES: 0.75}


@pytest.fixture(scope="module")
def truths(models) -> dict[Pair, Truth]:
    return {pair: Truth(pair, models) for pair in PAIRS}


@pytest.fixture(scope="module")
def scores(truths, models) -> dict[Pair, Score]:
    return {pair: truth.score(drafted(pair, models)) for pair, truth in truths.items()}


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_a_draft_is_near_the_truth(pair, scores):
    score = scores[pair]
    assert score.alpha >= LEAST_OVERLAP[pair.category]
    assert score.changed >= 0.85
    assert score.colour <= 10
    assert score.outside >= 0.99
    assert math.isnan(score.front) or score.front >= 0.9


def test_on_average_little_else_changes_and_hands_and_hair_stay_in_front(scores):
    mean = Score.mean(list(scores.values()))
    assert mean.changed >= 0.88
    assert mean.front >= 0.95


@pytest.mark.parametrize(
    "method", [baselines.rectangle, baselines.affine], ids=lambda f: f.__name__
)
def test_drafts_are_clearly_ahead_of_plainer_ways(method, truths, scores, models):
    some = PAIRS[::2]
    plainer = Score.mean([truths[pair].score(method(pair, models)) for pair in some])
    drafts = Score.mean([scores[pair] for pair in some])
    assert drafts.alpha > plainer.alpha + 0.05
    assert drafts.changed > plainer.changed + 0.05
    assert drafts.colour < 0.8 * plainer.colour
    assert drafts.front > plainer.front


def test_the_truth_itself_scores_full_marks(truths):
    """But for light that the cloth throws back onto the skin."""
    truth = truths[PAIRS[0]]
    score = truth.score(Try(truth.picture, truth.new.astype("f4")))
    assert score.alpha == 1
    assert score.changed > 0.9
    assert score.colour == 0
    assert score.outside > 0.99
    assert score.front == 1


def test_doing_nothing_scores_badly(truths):
    truth = truths[PAIRS[0]]
    score = truth.score(Try(truth.before, 0 * truth.new.astype("f4")))
    assert score.alpha == 0
    assert score.changed == 0
    assert score.colour > 10
    assert score.outside == pytest.approx(1)
