"""`modera-bot tryon --backend …` as a user types it, against the stand-ins."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import pytest

from modera_bot import cli
from tests.ml.conftest import SAMPLES
from tests.ml.hosted.conftest import Point
from tests.ml.hosted.gemini_server import KEY as GEMINI_KEY
from tests.ml.hosted.gemini_server import GeminiServer
from tests.ml.hosted.openai_server import KEY, OpenAIServer, refused

PERSON = SAMPLES / "people" / "ana_tee_logo.jpg"
GARMENT = SAMPLES / "garments" / "tee_stripe.jpg"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def tryon(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    openai_point: Point,
    gemini_point: tuple[GeminiServer, str],
    models: Path,
) -> Run:
    """Runs the command in an empty folder; the exit code, and what it printed."""
    monkeypatch.chdir(tmp_path)
    settings = {"MODELS": str(models)}
    for name, key, url in (
        ("OPENAI", KEY, f"{openai_point.url}/v1"),
        ("GEMINI", GEMINI_KEY, gemini_point[1]),
        ("VERTEX", GEMINI_KEY, gemini_point[1]),
    ):
        values = {"API_KEY": key, "BASE_URL": url, "IMAGE_USD": "0.03"}
        settings |= {f"INFERENCE__{name}__{setting}": text for setting, text in values.items()}
    for setting, text in settings.items():
        monkeypatch.setenv(f"MODERA_{setting}", text)

    def run(backend: str, person: Path = PERSON, *more: str) -> tuple[int, str, str]:
        line = ["tryon", person, GARMENT, "-o", "out.jpg", "--backend", backend, "--json", *more]
        monkeypatch.setattr("sys.argv", ["modera-bot", *map(str, line)])
        code: Any = 0
        try:
            cli.main()
        except SystemExit as end:
            code = end.code
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.mark.parametrize("backend", ["openai", "gemini", "vertex"])
def test_a_tryon_by_a_hosted_model_is_one_command(
    tryon: Run, openai: OpenAIServer, gemini: GeminiServer, backend: str
) -> None:
    code, out, err = tryon(backend)
    assert code == 0, err
    told = json.loads(out)
    assert (told["backend"], told["draft"], told["cost_usd"]) == (backend, False, 0.03)
    picture = cv2.imread("out.jpg")
    assert picture is not None
    assert picture.shape == cv2.imread(str(PERSON)).shape
    assert len(openai.requests) + len(gemini.requests) == 1


def test_a_photo_of_several_people_is_noticed_before_anything_is_paid_for(
    tryon: Run, openai: OpenAIServer
) -> None:
    both = SAMPLES / "gates" / "two_people.jpg"
    code, _, err = tryon("openai", both)
    assert (code, openai.requests) == (1, [])
    assert "several people" in err
    code, _, err = tryon("openai", both, "--person-at", "0.3", "0.4")
    assert code == 0, err


def test_a_refused_key_is_one_line_that_says_what_to_check(
    tryon: Run, openai: OpenAIServer
) -> None:
    openai.script.append(refused("invalid_api_key", 401))
    code, out, err = tryon("openai")
    assert (code, out) == (1, "")
    (line,) = err.splitlines()
    assert "check api_key, base_url and model" in line
