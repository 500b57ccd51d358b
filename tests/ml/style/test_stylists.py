"""What every stylist promises; a new one joins by its line in `BACKENDS`, with a photo."""

import json
from pathlib import Path

import pytest

from modera_bot.config import Settings
from modera_bot.contracts import Stage
from modera_bot.errors import Code, JobCancelled, Refusal
from modera_bot.ml.base import BackendContext, StyleBackend, StyleTask
from modera_bot.ml.style.backends import BACKENDS, load
from modera_bot.ml.style.model import ModelStylist
from modera_bot.ml.style.service import advise_first
from modera_bot.ml.style.words import LANGUAGES
from modera_bot.pool import PicturePool
from modera_bot.style import Appearance, Hair, StylePreferences, StyleProfile, Trait
from tests.ml.conftest import sample
from tests.ml.style.vision import ScriptedVision, answer

#: A stylist over any vision model, beside those that can be chosen.
MODEL = "model"


@pytest.fixture(params=[*BACKENDS, MODEL])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def language() -> str:
    return "en"


@pytest.fixture
def stylist(name: str, language: str, pool: PicturePool, models: Path) -> StyleBackend:
    if name == MODEL:
        return ModelStylist(MODEL, ScriptedVision(answer(language)), pool)
    return load(name)(BackendContext(pool, Settings(models=models)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_advises_in_the_language_that_is_asked_for(stylist, name, language):
    task = StyleTask(sample("people/ana_tee_logo"), StylePreferences(), language)
    told: list[Stage] = []
    profile = stylist.style(task, lambda stage, fraction: told.append(stage))
    assert stylist.name == name
    assert profile.language == language
    assert StyleProfile.model_validate(json.loads(profile.model_dump_json())) == profile
    assert profile.shape == ()  # nobody stated one
    assert profile.trait(Trait.SKIN) is not None
    assert {Stage.COLOURS, Stage.OUTFITS} <= {*told}


def test_what_the_person_says_holds(stylist, language):
    wishes = StylePreferences(appearance=Appearance(hair=Hair.GREY))
    profile = stylist.style(StyleTask(sample("people/ana_tee_logo"), wishes, language))
    hair = profile.trait(Trait.HAIR)
    assert (hair.value, hair.told) == ("grey", True)


def test_it_stops_when_the_job_is_cancelled(stylist, language):
    def cancelled(stage: Stage, fraction: float) -> None:
        raise JobCancelled()

    with pytest.raises(JobCancelled):
        stylist.style(
            StyleTask(sample("people/ana_tee_logo"), StylePreferences(), language), cancelled
        )


class _Failing:
    name = "failing"

    def __init__(self, error: Exception) -> None:
        self._error = error

    def style(self, *_: object) -> StyleProfile:
        raise self._error

    def close(self) -> None:
        """Has started nothing."""


def test_one_that_fails_hands_over_and_one_that_refuses_has_answered(pool):
    good = ModelStylist(MODEL, ScriptedVision(answer()), pool)
    task = StyleTask(sample("people/ana_tee_logo"), StylePreferences(), "en")
    assert advise_first(task, [_Failing(RuntimeError()), good]).backend == MODEL
    with pytest.raises(Refusal):
        advise_first(task, [_Failing(Refusal(Code.FACE_UNCLEAR)), good])
