"""`modera-bot tryon --backend …` as a user types it, against the stand-ins."""

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from tests.ml.conftest import SAMPLES
from tests.ml.hosted.conftest import Point
from tests.ml.hosted.openai_server import KEY, OpenAIServer, refused

PERSON = SAMPLES / "people" / "ana_tee_logo.jpg"
GARMENT = SAMPLES / "garments" / "tee_stripe.jpg"


@pytest.fixture
def environment(openai_point: Point, models: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MODERA_")}
    return kept | {
        "MODERA_MODELS": str(models),
        "MODERA_INFERENCE__OPENAI__BASE_URL": f"{openai_point.url}/v1",
        "MODERA_INFERENCE__OPENAI__API_KEY": KEY,
        "MODERA_INFERENCE__OPENAI__IMAGE_USD": "0.013",
    }


def tryon(folder: Path, environment: dict[str, str], backend: str) -> subprocess.CompletedProcess:
    line = ["tryon", PERSON, GARMENT, "-o", "out.jpg", "--backend", backend, "--json"]
    return subprocess.run(
        [sys.executable, "-m", "modera_bot", *map(str, line)],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )


def test_a_tryon_by_openai_is_one_command(
    tmp_path: Path, environment: dict[str, str], openai: OpenAIServer
) -> None:
    done = tryon(tmp_path, environment, "openai")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["backend"], told["draft"], told["cost_usd"]) == ("openai", False, 0.013)
    picture = cv2.imread(str(tmp_path / "out.jpg"))
    assert picture is not None
    assert picture.shape == cv2.imread(str(PERSON)).shape
    assert len(openai.requests) == 1


def test_a_refused_key_is_one_line_that_says_what_to_check(
    tmp_path: Path, environment: dict[str, str], openai: OpenAIServer
) -> None:
    openai.script.append(refused("invalid_api_key", 401))
    done = tryon(tmp_path, environment, "openai")
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert "check api_key, base_url and model" in line
