"""compose.yaml and what stands around it fit together, and fit the settings of the bot."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from modera_bot.config import load
from tests.conftest import ROOT

VARIABLE = re.compile(r"\$\{(\w+):\?[^}]*\}")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return loaded


@pytest.fixture(scope="module")
def example() -> dict[str, str]:
    """The variables of .env.example, filled in."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    names = [line.partition("=")[0] for line in lines if line and not line.startswith("#")]
    token = {"MODERA_TELEGRAM__TOKEN": f"1234567:{'A' * 35}"}
    return dict.fromkeys(names, "0123456789abcdef") | token


def test_the_bot_accepts_what_it_is_given(compose: dict[str, Any], example: dict[str, str]):
    given = compose["services"]["bot"]["environment"]
    filled = {name: VARIABLE.sub(lambda m: example[m[1]], value) for name, value in given.items()}
    settings = load(ROOT / "config.toml", example | filled)
    assert settings.storage.kind == "s3"
    assert settings.database.url == "postgresql://modera:0123456789abcdef@postgres/modera"
    assert settings.web.host == "0.0.0.0"


def test_every_variable_stands_in_the_example(compose: dict[str, Any], example: dict[str, str]):
    asked = set(VARIABLE.findall((ROOT / "compose.yaml").read_text()))
    assert asked <= set(example)
    assert {name for name in example if not name.startswith("MODERA_")} <= asked


def test_the_bot_waits_until_the_others_are_healthy(compose: dict[str, Any]):
    services = compose["services"]
    assert all(service["healthcheck"]["test"] for service in services.values())
    assert "/readyz" in str(services["bot"]["healthcheck"]["test"])
    assert services["bot"]["depends_on"] == {
        name: {"condition": "service_healthy"} for name in services if name != "bot"
    }


def test_the_bot_reaches_the_others_by_their_names(compose: dict[str, Any]):
    environment = compose["services"]["bot"]["environment"]
    names = ("DATABASE__URL", "STORAGE__ENDPOINT", "JOBS__QUEUE")
    addresses = [VARIABLE.sub("secret", environment[f"MODERA_{name}"]) for name in names]
    hosts = {urlsplit(address).hostname for address in addresses}
    assert hosts == set(compose["services"]) - {"bot"}


def test_everything_that_must_last_is_on_a_volume(compose: dict[str, Any]):
    mounted = [
        mount.partition(":")[0]
        for service in compose["services"].values()
        for mount in service.get("volumes", ())
    ]
    assert sorted(mounted) == sorted(compose["volumes"])


def test_the_image_has_all_that_the_package_is_built_from():
    copied = re.findall(r"^COPY (.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    files = " ".join(copied).split()
    allowed = (ROOT / ".dockerignore").read_text().split()
    assert all((ROOT / file).exists() for file in files)
    assert [file for file in files if f"!{file}" not in allowed] == []
