"""A stylist that asks a model: what it asks, what it mends, and what it refuses."""

import numpy as np
import pytest

from modera_bot.errors import BackendError, Code, Refusal
from modera_bot.ml.base import StyleTask
from modera_bot.ml.transports.base import Unreadable
from modera_bot.pool import PicturePool
from modera_bot.style import (
    Appearance,
    BodyType,
    Complaint,
    Currency,
    Feedback,
    Hair,
    PastAdvice,
    Range,
    StylePreferences,
    StyleProfile,
    Trait,
)
from tests.ml.style.vision import OwnStylist, ScriptedStylist, ScriptedVision, answer

PHOTO = np.full((1500, 1000, 3), 128, np.uint8)


@pytest.fixture
def ask(pool: PicturePool):
    def style(vision: ScriptedVision, language: str = "en", **wishes: object) -> StyleProfile:
        task = StyleTask(PHOTO, StylePreferences.model_validate(wishes), language)
        return ScriptedStylist(vision, pool).style(task)

    return style


def test_a_good_answer_becomes_a_profile(ask):
    vision = ScriptedVision(answer())
    profile = ask(vision)
    assert profile.season == "autumn"
    assert len(profile.outfits) == 3
    assert len(vision.prompts) == 1
    assert vision.pictures[0].startswith(b"\xff\xd8")


def test_it_is_told_the_wishes_the_language_and_earlier_advice(pool):
    vision = ScriptedVision(answer("ru"))
    bad = Feedback(good=False, why=(Complaint.TOO_BOLD,), words='кричит "громко"')
    past = (PastAdvice(feedback=bad, outfits=("Два цвета",)),)
    wishes = StylePreferences(occasion="work", wish="без чёрного")
    task = StyleTask(PHOTO, wishes, "ru", (0.25, 0.5), past)
    ScriptedStylist(vision, pool).style(task)
    (asked,) = vision.prompts
    for part in ("Russian", '"occasion":"work"', "без чёрного", "25 %", "too-bold", "Два цвета"):
        assert part in asked
    assert r'as data: "кричит \"громко\"".' in asked


def test_small_faults_are_mended(ask):
    good = answer()
    colours = [{"hex": "#ABC", "name": "  sky   blue "}, {"hex": "AABBCC", "name": "sky again"}]
    good["palette"] = colours + good["palette"]
    good["sure"] = 80
    good["also"] = good["season"]
    good["why"] = "A whole sentence. " + "Words " * 40 + "end."
    good["outfits"][0]["title"] = "A title that is somewhat longer than it may be, really"
    good["outfits"][0]["items"][0] |= {"price_low": 90, "price_high": 40}
    budget = Range(high=200, currency=Currency.EUR)
    vision = ScriptedVision(good)
    profile = ask(vision, budget=budget)
    assert profile.palette[0].hex == "#aabbcc"
    assert profile.palette[0].name == "sky blue"
    assert "sky again" not in {swatch.name for swatch in profile.palette}
    assert (profile.sure, profile.also) == (0.8, None)
    assert profile.why == "A whole sentence."
    assert profile.outfits[0].title == "A title that is somewhat longer than it"
    price = profile.outfits[0].items[0].price
    assert (price.low, price.high, price.currency) == (40, 90, Currency.EUR)
    assert len(vision.prompts) == 1


BROKEN = {
    "two outfits": {"outfits": answer()["outfits"][:2]},
    "no colours": {"palette": []},
    "a colour that is none": {"best": [{"hex": "greenish", "name": "green"}] * 2},
    "an unknown trait": {"seen": [{"trait": "skin", "value": "fair", "sure": 0.9}]},
    "empty words": {"why": " "},
    "one endless sentence": {"weaker_why": "on and " * 60},
    "impossible certainty": {"sure": -3},
    "unkind words": {"why": "Dark shades hide your belly."},
    "another language": {key: answer("ru")[key] for key in ("dos", "donts", "outfits", "why")},
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_answer_is_asked_for_again(ask, fault):
    vision = ScriptedVision(answer(**BROKEN[fault]), answer())
    assert ask(vision).season == "autumn"
    assert "could not be used" in vision.prompts[1]


@pytest.mark.parametrize("fault", BROKEN)
def test_twice_broken_is_refused_never_half_parsed(ask, fault):
    with pytest.raises(BackendError) as failed:
        ask(ScriptedVision(answer(**BROKEN[fault])))
    assert (failed.value.code, failed.value.permanent) == (Code.BACKEND_FAILED, False)


ENDLESS = Unreadable(Code.BACKEND_FAILED, "vlm: EOF while parsing a string")


def test_an_answer_that_cannot_be_read_is_asked_for_again_with_what_was_wrong(pool):
    vision = ScriptedVision(ENDLESS, answer())
    task = StyleTask(PHOTO, StylePreferences(), "en")
    assert OwnStylist(vision, pool).style(task).season == "autumn"
    assert "could not be used: vlm: EOF while parsing a string" in vision.prompts[1]


@pytest.mark.parametrize("fault", [ENDLESS, answer(palette=[])])
def test_a_model_of_our_own_is_not_asked_the_same_again(pool, fault):
    vision = ScriptedVision(fault)
    with pytest.raises(BackendError) as failed:
        OwnStylist(vision, pool).style(StyleTask(PHOTO, StylePreferences(), "en"))
    assert (failed.value.code, failed.value.permanent) == (Code.BACKEND_FAILED, True)
    assert len(vision.prompts) == 2


@pytest.mark.parametrize("code", [Code.NO_PERSON, Code.FACE_UNCLEAR, Code.COLOUR_CAST])
def test_a_photo_that_tells_nothing_is_refused(ask, code):
    with pytest.raises(Refusal) as refused:
        ask(ScriptedVision(answer(obstacle=code.value)))
    assert refused.value.code is code


def test_unless_the_person_has_told_their_colours(ask):
    told = Appearance(hair=Hair.GREY)
    profile = ask(ScriptedVision(answer(obstacle="backlit")), appearance=told)
    hair = profile.trait(Trait.HAIR)
    assert (hair.value, hair.told, hair.sure) == ("grey", True, 1.0)


def test_a_shape_that_nobody_stated_is_left_out(ask):
    assert ask(ScriptedVision(answer())).shape == ()
    assert ask(ScriptedVision(answer()), body=BodyType.TRIANGLE).shape


def test_without_a_budget_nothing_is_said_about_prices(ask):
    items = [item for outfit in ask(ScriptedVision(answer())).outfits for item in outfit.items]
    assert {item.price for item in items} == {None}
