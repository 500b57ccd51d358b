"""The bots that the scenes are played with, by the settings that make the difference."""

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from datetime import date
from pathlib import Path
from unittest.mock import patch

from modera_bot.app import App, serving
from modera_bot.config import (
    DatabaseSettings,
    InferenceSettings,
    JobsSettings,
    OpenAISettings,
    PaySettings,
    PrivacySettings,
    PromoSettings,
    SandboxSettings,
    Settings,
    StorageSettings,
    TelegramSettings,
)
from modera_bot.ml.backends import BACKENDS
from modera_bot.ml.style.backends import BACKENDS as STYLISTS
from tests.conftest import ROOT
from tests.ml.hosted.openai_server import KEY, OpenAIServer
from tests.ml.hosted.server import serving as pretending
from tests.screens import backend

#: Names of the bots.
HOUSES = ("free", "shop", "hosted", "closed", "invited")
#: What the stand-in of the model that judges the fit answers.
FIT = {
    "shoulders": "fits",
    "chest": "tight",
    "waist": "loose",
    "length": "unknown",
    "advice": "",
}


@asynccontextmanager
async def house(name: str, folder: Path) -> AsyncIterator[App]:
    """Start one of HOUSES in an empty folder."""
    drawing = backend.BACKENDS | ({"draft": BACKENDS["draft"]} if name == "hosted" else {})
    with ExitStack() as stack:
        stack.enter_context(patch.dict(BACKENDS, drawing))
        stack.enter_context(patch.dict(STYLISTS, backend.STYLISTS))
        settings = _settings(folder)
        if name == "shop":
            settings = settings.model_copy(update={"pay": _shop()} | _tryon("model"))
        elif name in ("closed", "invited"):
            invited = name == "invited"
            telegram = TelegramSettings(maintenance=not invited, allow=(1,) if invited else ())
            settings = settings.model_copy(update={"telegram": telegram})
        elif name == "hosted":
            server = OpenAIServer()
            server.answers["FitAnswer"] = FIT
            url = stack.enter_context(pretending(server))
            own = OpenAISettings(api_key=KEY, base_url=f"{url}/v1")
            settings = settings.model_copy(
                update=_tryon("openai", "draft", fit=("openai",), openai=own)
            )
        async with serving(settings) as app:
            yield app


def _settings(folder: Path) -> Settings:
    return Settings(
        data=folder,
        models=ROOT / "models",
        sandbox=SandboxSettings(port=0),
        database=DatabaseSettings(url=f"sqlite:///{folder}/modera.db"),
        storage=StorageSettings(folder=folder / "pictures"),
        jobs=JobsSettings(queue=f"sqlite:///{folder}/queue.db"),
        privacy=PrivacySettings(contact="@modera_help"),
    )


def _tryon(*names: str, **more: object) -> dict[str, object]:
    return {"inference": InferenceSettings(tryon=names, least_quality=0, **more)}  # type: ignore[arg-type]


def _shop() -> PaySettings:
    return PaySettings(
        enabled=True,
        support="@modera_help",
        seller="Modera Ltd, 1 Sample Street, London",
        tax="VAT included",
        promo={
            "WELCOME": PromoSettings(credits=6),
            "WINTER": PromoSettings(credits=6, until=date(2025, 12, 31)),
        },
    )
