"""What every try-on backend promises; a new one joins by its line in `BACKENDS`."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from modera_bot.config import (
    FashnSettings,
    GeminiSettings,
    InferenceSettings,
    OpenAISettings,
    Settings,
    VertexSettings,
)
from modera_bot.contracts import Category, Stage
from modera_bot.errors import Code, JobCancelled, Refusal
from modera_bot.ml.backends import BACKENDS, load
from modera_bot.ml.base import BackendContext, GarmentPicture, TryOnBackend, TryOnTask
from modera_bot.ml.style import backends as stylists
from modera_bot.ml.transports import VISIONS
from modera_bot.pool import PicturePool
from tests.conftest import ROOT
from tests.ml.conftest import sample
from tests.ml.fashn.tiny import write_model
from tests.ml.hosted import gemini_server, openai_server
from tests.ml.hosted.gemini_server import GeminiServer
from tests.ml.hosted.openai_server import OpenAIServer
from tests.ml.hosted.server import FakeServer, serving

TABLE = ROOT / "docs" / "inference.md"
BLANK = np.zeros((64, 48, 3), np.uint8)


@pytest.fixture(params=[*BACKENDS])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def backend(name: str, tmp_path: Path) -> Iterator[TryOnBackend]:
    pool = PicturePool(workers=1)
    yield load(name)(BackendContext(pool, Settings(models=tmp_path)))
    pool.close()


def task(*categories: Category | None) -> TryOnTask:
    return TryOnTask(BLANK, tuple(GarmentPicture(BLANK, category) for category in categories))


def test_it_has_the_name_that_it_is_chosen_by(backend: TryOnBackend, name: str) -> None:
    assert backend.name == name


def test_it_says_what_it_can_do(backend: TryOnBackend) -> None:
    can = backend.capabilities
    assert can.categories
    assert can.max_garments >= 1
    assert can.cost_usd == 0 if can.draft else can.cost_usd >= 0


@pytest.mark.parametrize("category", [*Category])
def test_a_kind_that_it_does_not_name_is_refused(backend: TryOnBackend, category: Category) -> None:
    if category in backend.capabilities.categories:
        return
    with pytest.raises(Refusal) as refused:
        backend.tryon(task(category))
    assert refused.value.code is Code.CATEGORY_UNSUPPORTED


def test_more_garments_than_it_names_are_refused(backend: TryOnBackend) -> None:
    can = backend.capabilities
    with pytest.raises(Refusal) as refused:
        backend.tryon(task(*[next(iter(can.categories))] * (can.max_garments + 1)))
    assert refused.value.code is Code.SEVERAL_GARMENTS_UNSUPPORTED


def test_it_stops_when_the_job_is_cancelled(backend: TryOnBackend) -> None:
    def cancelled(stage: Stage, fraction: float) -> None:
        raise JobCancelled()

    with pytest.raises(JobCancelled):
        backend.tryon(task(next(iter(backend.capabilities.categories))), cancelled)


# --- at work: on a tiny local model, and on stand-ins for the providers --------------------


@pytest.fixture(scope="module")
def workshop(
    tmp_path_factory: pytest.TempPathFactory, models: Path
) -> Iterator[tuple[BackendContext, dict[str, FakeServer]]]:
    folder = tmp_path_factory.mktemp("models")
    write_model(folder / "fashn")
    (folder / "body").symlink_to(models / "body", target_is_directory=True)
    openai, google = OpenAIServer(), GeminiServer()
    pool = PicturePool(workers=1)
    with serving(openai) as openai_url, serving(google) as google_url:
        key = {"api_key": gemini_server.KEY, "base_url": google_url}
        inference = InferenceSettings(
            fashn=FashnSettings(device="cpu", standard_steps=1),
            openai=OpenAISettings(api_key=openai_server.KEY, base_url=f"{openai_url}/v1"),
            gemini=GeminiSettings(**key),
            vertex=VertexSettings(**key),
        )
        settings = Settings(models=folder, inference=inference)
        servers = {"openai": openai, "gemini": google, "vertex": google}
        yield BackendContext(pool, settings), servers
    pool.close()


@pytest.fixture
def ready(
    workshop: tuple[BackendContext, dict[str, FakeServer]], name: str
) -> Iterator[TryOnBackend]:
    made = load(name)(workshop[0])
    yield made
    made.close()


def test_a_tryon_has_the_photos_size_changes_the_clothes_and_keeps_the_rest(
    ready: TryOnBackend,
) -> None:
    person = sample("people/ana_tee_logo")
    garment = GarmentPicture(sample("garments/tee_stripe"), Category.TOPS)
    told: list[tuple[Stage, float]] = []
    made = ready.tryon(TryOnTask(person, (garment,)), lambda *step: told.append(step))
    assert (made.picture.shape, made.picture.dtype) == (person.shape, np.uint8)
    assert made.categories == (Category.TOPS,)
    fractions = [fraction for _, fraction in told]
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] <= fractions[-1] <= 1
    changed = (made.picture != person).any(axis=2)
    assert changed[380:560, 310:460].mean() > 0.5  # the chest
    assert not changed[:60].any()
    assert not changed[:, :40].any()
    assert not changed[-100:].any()


def test_nobody_in_the_photo_is_refused_and_costs_nothing(
    ready: TryOnBackend, workshop: tuple[BackendContext, dict[str, FakeServer]], name: str
) -> None:
    wall = np.full((900, 600, 3), 190, np.uint8)
    garment = GarmentPicture(sample("garments/tee_stripe"), Category.TOPS)
    server = workshop[1].get(name)
    asked = len(server.requests) if server else 0
    with pytest.raises(Refusal) as refused:
        ready.tryon(TryOnTask(wall, (garment,)))
    assert refused.value.code is Code.NO_PERSON
    assert (len(server.requests) if server else 0) == asked


def test_the_table_of_the_documentation_says_what_each_can_do(name: str) -> None:
    can = load(name).capabilities
    rows = [line.split("|")[1:-1] for line in TABLE.read_text().splitlines() if "|" in line]
    columns = [cell.strip(" `") for cell in rows[0]]
    rows = [row for row in rows if len(row) == len(columns)]
    told = {row[0].strip(): row[columns.index(name)].strip() for row in rows}
    assert told["photos leave the machine"] == ("yes" if can.hosted else "no")
    assert told["garments at once"] == str(can.max_garments)
    assert told["shows pictures as they form"] == ("yes" if can.previews else "no")
    assert (told["result"].startswith("a sketch")) == can.draft
    assert can.categories == frozenset(Category)
    assert told["tops, bottoms, one-pieces"] == "yes"


def test_none_is_imported_before_it_is_chosen() -> None:
    targets = [*BACKENDS.values(), *stylists.BACKENDS.values(), *VISIONS.values()]
    modules = [target.partition(":")[0] for target in targets]
    modules += ["openai", "google.genai", "torch", "transformers"]
    code = f"import sys, modera_bot.app; print([m for m in {modules} if m in sys.modules])"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert seen.stdout.strip() == "[]"
