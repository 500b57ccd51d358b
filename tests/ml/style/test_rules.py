"""The stylist that measures: on the sample people, recoloured, and in all kinds of light."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from modera_bot.errors import Code, Refusal
from modera_bot.ml.base import Picture
from modera_bot.ml.style.advise import advise
from modera_bot.ml.style.look import read
from modera_bot.ml.style.traits import traits
from modera_bot.style import (
    Appearance,
    Contrast,
    Hair,
    Season,
    Skin,
    StylePreferences,
    StyleProfile,
    Trait,
    Undertone,
)
from tests.ml.conftest import sample
from tests.ml.style.profiles import READING
from tests.ml.style.recolour import (
    LOOKS,
    backlit,
    before_white,
    brighter,
    lit,
    recoloured,
    recompressed,
    rescaled,
)

FACES = ("ana_tee_logo", "ben_tee_logo")
CASTS = {
    "tungsten": (1.5, 0.95, 0.35),
    "evening": (1.3, 1.0, 0.55),
    "blue": (0.6, 0.9, 1.5),
    "green": (0.7, 1.2, 0.7),
}


@pytest.fixture
def profile(models: Path):
    def style(picture: Picture, **told: object) -> StyleProfile:
        wishes = StylePreferences(appearance=Appearance.model_validate(told))
        return advise(read(picture, None, models), wishes, (), "en")

    return style


@pytest.mark.parametrize(
    ("name", "season"),
    [*(("ana_tee_logo", season) for season in LOOKS), ("ben_tee_logo", "summer")],
)
def test_recoloured_people_come_out_in_their_season(name, season, profile, understanding):
    found = profile(recoloured(name, *LOOKS[season], understanding))
    assert found.season == season
    assert found.sure > 0.5


@pytest.mark.parametrize("name", ["ana_tee_logo", "mia_dress_plain"])
def test_the_same_photo_in_another_shape_stays_in_its_season(name, profile):
    picture = sample(f"people/{name}")
    season = profile(picture).season
    changed = (
        recompressed(rescaled(picture, 0.6), 50),
        brighter(picture, 1.1),
    )
    assert {profile(other).season for other in changed} == {season}


@pytest.mark.parametrize(
    ("name", "cast"), [*(("ana_tee_logo", cast) for cast in CASTS), ("ben_tee_logo", "evening")]
)
def test_a_strong_colour_cast_is_named_instead_of_a_season(name, cast, models):
    with pytest.raises(Refusal) as refused:
        read(lit(sample(f"people/{name}"), *CASTS[cast]), None, models)
    assert refused.value.code is Code.COLOUR_CAST


@pytest.mark.parametrize("name", FACES)
def test_backlight_is_named_instead_of_a_season(name, models, understanding):
    picture = sample(f"people/{name}")
    person = understanding.understand(picture).people[0]
    with pytest.raises(Refusal) as refused:
        read(backlit(picture, person), None, models)
    assert refused.value.code is Code.BACKLIT


def test_deep_skin_before_a_white_wall_is_no_backlight(models, understanding):
    deep = recoloured("ben_tee_logo", (30.0, 11.0, 12.0), (12.0, 0.0, 0.0), understanding)
    person = understanding.understand(deep).people[0]
    assert read(before_white(deep, person), None, models).light > 0.5


def test_a_black_and_white_photo_tells_no_colours(models):
    grey = sample("people/ana_tee_logo").mean(axis=-1, keepdims=True).repeat(3, axis=-1)
    with pytest.raises(Refusal) as refused:
        read(grey.astype(np.uint8), None, models)
    assert refused.value.code is Code.COLOUR_CAST


def test_deep_skin_is_not_called_cool_for_being_deep():
    def undertone(lightness: float, hue: float) -> Undertone:
        a, b = 20 * math.cos(math.radians(hue)), 20 * math.sin(math.radians(hue))
        seen = traits(replace(READING, skin=(lightness, a, b)), Appearance())
        return next(trait.value for trait in seen if trait.trait is Trait.UNDERTONE)

    assert undertone(70, 59) == undertone(35, 52) == Undertone.NEUTRAL
    assert undertone(35, 62) == Undertone.WARM


def test_a_back_tells_no_colours(models):
    with pytest.raises(Refusal) as refused:
        read(sample("gates/back"), None, models)
    assert refused.value.code is Code.FACE_UNCLEAR


def test_nobody_tells_no_colours(models):
    with pytest.raises(Refusal) as refused:
        read(np.full((400, 300, 3), 200, np.uint8), None, models)
    assert refused.value.code is Code.NO_PERSON


def test_of_several_people_one_must_be_meant(models):
    with pytest.raises(Refusal) as refused:
        read(sample("gates/two_people"), None, models)
    assert refused.value.code is Code.SEVERAL_PEOPLE


@pytest.mark.parametrize(
    ("name", "skin"),
    [("ana_tee_logo", Skin.LIGHT), ("mia_dress_plain", Skin.MEDIUM), ("ben_tee_logo", Skin.DEEP)],
)
def test_skin_is_told_in_three_bands(name, skin, profile):
    found = profile(sample(f"people/{name}")).trait(Trait.SKIN)
    assert found is not None
    assert (found.value, found.told) == (skin, False)


def test_what_can_not_be_seen_is_asked(profile):
    found = profile(sample("people/ana_tee_logo"))
    assert found.trait(Trait.EYES) is None  # some four pixels wide
    assert Trait.EYES in found.unsure


def test_what_a_person_says_outweighs_the_photo(profile):
    picture = sample("people/ana_tee_logo")
    told = profile(picture, undertone=Undertone.COOL, hair=Hair.DARK)
    assert told.season is Season.WINTER
    assert told.sure > profile(picture).sure
    assert told.trait(Trait.UNDERTONE).told
    assert told.trait(Trait.CONTRAST).value == Contrast.HIGH


def test_without_a_readable_photo_the_persons_word_is_enough():
    appearance = Appearance(skin=Skin.LIGHT, hair=Hair.BLOND, undertone=Undertone.COOL)
    found = advise(None, StylePreferences(appearance=appearance), (), "ru")
    assert found.season is Season.SUMMER
    assert all(seen.told for seen in found.seen)


def test_clothes_are_named_by_their_colours(profile):
    found = profile(sample("people/ana_tee_stripe"))
    assert 2 <= len(found.clothes) <= 4
