"""What every stylist promises; a new one joins by its line in `BACKENDS`."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from modera_bot.config import VlmSettings
from modera_bot.contracts import Stage
from modera_bot.errors import JobCancelled
from modera_bot.ml.base import BackendContext, StyleBackend, StyleTask
from modera_bot.ml.style.backends import BACKENDS, load
from modera_bot.ml.style.tone import unkind
from modera_bot.ml.style.words import LANGUAGES
from modera_bot.pool import PicturePool
from modera_bot.style import Appearance, Hair, StylePreferences, StyleProfile, Trait
from tests.conftest import ROOT
from tests.ml.conftest import sample
from tests.ml.style.conftest import Providers
from tests.ml.style.vision import answer

TABLE = ROOT / "docs" / "stylist.md"


@pytest.fixture(params=[*BACKENDS])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def studio(
    _providers: Providers, pool: PicturePool, models: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BackendContext]:
    """A context for all tests, with a model of our own: that takes seconds to start."""
    from tests.ml.vlm.tiny import one_thread, write_model  # transformers take seconds to import

    folder = tmp_path_factory.mktemp("vlm")
    write_model(folder)
    settings = _providers.settings(models, vlm=VlmSettings(folder=folder, device="cpu"))
    made = BackendContext(pool, settings)
    with one_thread():
        yield made
    made.visions.close()


@pytest.fixture
def stylist(name: str, language: str, studio: BackendContext, providers: Providers) -> StyleBackend:
    providers.answer(answer(language))
    return load(name)(studio)


def test_it_advises_in_the_language_that_is_asked_for(
    stylist: StyleBackend, name: str, language: str
) -> None:
    task = StyleTask(sample("people/ana_tee_logo"), StylePreferences(), language)
    told: list[tuple[Stage, float]] = []
    profile = stylist.style(task, lambda *step: told.append(step))
    assert stylist.name == name
    assert profile.language == language
    assert StyleProfile.model_validate(json.loads(profile.model_dump_json())) == profile
    assert profile.shape == ()  # nobody stated one
    assert profile.trait(Trait.SKIN) is not None
    assert unkind(profile.model_dump_json(), language) is None
    assert {Stage.COLOURS, Stage.OUTFITS} <= {stage for stage, _ in told}
    fractions = [fraction for _, fraction in told]
    assert fractions == sorted(fractions)


# with a model of our own it takes seconds, and is the same code as with a hosted one
@pytest.mark.parametrize("name", [name for name in BACKENDS if name != "vlm"])
@pytest.mark.parametrize("language", ["en"])
def test_what_the_person_says_holds(stylist: StyleBackend, language: str) -> None:
    wishes = StylePreferences(appearance=Appearance(hair=Hair.GREY))
    profile = stylist.style(StyleTask(sample("people/ana_tee_logo"), wishes, language))
    hair = profile.trait(Trait.HAIR)
    assert hair is not None
    assert (hair.value, hair.told) == ("grey", True)


@pytest.mark.parametrize("name", ["openai", "gemini"])
@pytest.mark.parametrize("language", ["en"])
def test_a_hosted_one_that_is_asked_stops_when_the_job_is_cancelled(
    stylist: StyleBackend, name: str, language: str, providers: Providers
) -> None:
    server = providers.of(name)
    server.script.append(server.hang)

    def cancelled(stage: Stage, fraction: float) -> None:
        if server.requests:  # it waits for the answer by now
            raise JobCancelled()

    task = StyleTask(sample("people/ana_tee_logo"), StylePreferences(), language)
    with pytest.raises(JobCancelled):
        stylist.style(task, cancelled)
    assert len(server.requests) == 1


@pytest.mark.parametrize(("name", "steps"), [("rules", 2), ("vlm", 3)])
@pytest.mark.parametrize("language", ["en"])
def test_one_of_our_own_stops_when_the_job_is_cancelled(
    stylist: StyleBackend, steps: int, language: str
) -> None:
    told: list[Stage] = []

    def cancelled(stage: Stage, fraction: float) -> None:
        told.append(stage)
        if len(told) == steps:
            raise JobCancelled()

    task = StyleTask(sample("people/ana_tee_logo"), StylePreferences(), language)
    with pytest.raises(JobCancelled):
        stylist.style(task, cancelled)
    assert told[0] is Stage.COLOURS
    assert len(told) == steps


def test_the_table_of_the_documentation_says_what_each_can_do(name: str) -> None:
    lines = [line for line in TABLE.read_text().splitlines() if line.startswith("|")]
    rows = [[cell.strip(" `") for cell in line.split("|")[1:-1]] for line in lines]
    columns = next(row for row in rows if {*BACKENDS} <= {*row})
    (told,) = [row for row in rows if row[0] == "photos leave the machine"]
    assert told[columns.index(name)] == ("yes" if load(name).hosted else "no")
