"""`modera-bot doctor`: everything the bot needs, looked at in one go."""

import asyncio
import os
import shutil
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.util import find_spec
from urllib.parse import urlsplit

from modera_bot.app import load_backends, load_stylists
from modera_bot.bot.connection import check_token
from modera_bot.config import Settings
from modera_bot.db import Database
from modera_bot.db.migrate import is_behind
from modera_bot.errors import Code, ModeraError, StorageError
from modera_bot.ml import weights
from modera_bot.ml.base import BackendContext
from modera_bot.pool import PicturePool
from modera_bot.storage import open_storage

#: Less free disk than this and pictures will soon have no room.
DISK_BYTES = 1 << 30
#: Telegram's own server, and the ports that it posts to (Bot API, setWebhook).
TELEGRAM, WEBHOOK_PORTS = "api.telegram.org", (443, 80, 88, 8443)


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, and how it is or what to do."""

    what: str
    fault: bool
    text: str


#: Module and extra of the SDK of each hosted backend.
HOSTED = {
    "openai": ("openai", "openai"),
    "gemini": ("google.genai", "gemini"),
    "vertex": ("google.genai", "gemini"),
}

#: What local models need of the extra `local`.
LOCAL = {
    "fashn": ("torch", "onnxruntime", "safetensors"),
    "vlm": ("torch", "transformers", "llguidance", "safetensors"),
}

Check = Callable[[Settings], str | Awaitable[str]]


async def examine(settings: Settings) -> list[Finding]:
    """Run all checks; one that fails does not keep the others from running."""
    return [await _finding(what, check, settings) for what, check in CHECKS.items()]


async def _finding(what: str, check: Check, settings: Settings) -> Finding:
    try:
        result = check(settings)
        return Finding(what, False, result if isinstance(result, str) else await result)
    except ModeraError as error:
        return Finding(what, True, error.detail)
    except OSError as error:
        if error.filename is None:
            return Finding(what, True, str(error))
        advice = "check the path and its owner"
        return Finding(what, True, f"{error.filename}: {error.strerror}; {advice}")
    except Exception as error:
        return Finding(what, True, f"{type(error).__name__}: {' '.join(str(error).split())}")


def _models(settings: Settings) -> str:
    known = weights.registry(settings.models).values()
    needed = [model for model in known if model.needed_by(settings.inference.tryon)]
    faults = weights.verify(settings.models, needed)
    if faults:
        raise ModeraError(
            Code.MODELS_MISSING,
            f"{len(faults)} files in {settings.models} are missing or damaged; "
            "get them with: modera-bot models pull",
        )
    return f"{', '.join(model.key for model in needed)} sound, in {settings.models}"


def _backends(settings: Settings) -> str:
    inference, context = settings.inference, BackendContext(PicturePool(), settings)
    load_backends(inference.tryon, context)
    load_stylists(inference.style, context)
    context.visions.chosen("fit", inference.fit)
    return ", ".join(dict.fromkeys((*inference.tryon, *inference.style)))


def _local_model(settings: Settings) -> str:
    inference = settings.inference
    names = {*inference.tryon, *inference.fit, *inference.style} & {*LOCAL}
    plans = {"fashn": _fashn_plan, "vlm": _vlm_plan}
    sound, faults = [], list[ModeraError]()
    for name in sorted(names):
        try:
            _complete(LOCAL[name])
            sound.append(plans[name](settings))
        except ModeraError as error:
            faults.append(error)
    if faults:
        told = dict.fromkeys(error.detail for error in faults)  # two may lack the same
        raise ModeraError(faults[0].code, "; ".join(told))
    return "; ".join(sound) or "none is used"


def _complete(packages: tuple[str, ...]) -> None:
    """Raise ModeraError if one is not installed."""
    if missing := [package for package in packages if not find_spec(package)]:
        advice = "get it with: pip install 'modera-bot[local]'"
        raise ModeraError(
            Code.BACKEND_UNAVAILABLE, f"{', '.join(missing)}: not installed; {advice}"
        )


def _fashn_plan(settings: Settings) -> str:
    from modera_bot.ml.backends.fashn import FOLDER
    from modera_bot.ml.fashn.device import plan
    from modera_bot.ml.fashn.files import read_config

    config = read_config(settings.models / FOLDER)
    return f"fashn: {plan(config, settings.inference.fashn.device)}"


def _vlm_plan(settings: Settings) -> str:
    from modera_bot.ml.vlm.plan import plan, wants_torchvision

    vlm = settings.inference.vlm
    place = f"vlm: {plan(vlm.folder, vlm.device)}"
    if wants_torchvision(vlm.folder) and not find_spec("torchvision"):
        place += "; its processor needs torchvision: pip install torchvision"
    return place


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package it is in
        return False


def _classifier(settings: Settings) -> str:
    """The classifier looks at a picture of nothing, and may say of it what it likes."""
    if settings.inference.moderation != "classifier":
        return "none is used"
    import numpy as np

    from modera_bot.images import encode
    from modera_bot.ml.classifier import classes_of

    chosen = settings.inference.classifier
    classes_of(encode(np.full((64, 64, 3), 128, np.uint8)), chosen)
    return str(chosen.model)


def _hosted(settings: Settings) -> str:
    """Each hosted backend in use has its SDK and its key; nobody is called, which may cost."""
    inference = settings.inference
    names = {*inference.tryon, *inference.fit, *inference.style, inference.moderation}
    used = [name for name in HOSTED if name in names]
    for name in used:
        module, extra = HOSTED[name]
        if not _installed(module):
            advice = f"get it with: pip install 'modera-bot[{extra}]'"
            raise ModeraError(Code.BACKEND_UNAVAILABLE, f"{module}: not installed; {advice}")
        section = getattr(inference, name)
        default = type(section)().base_url
        if not section.api_key.get_secret_value() and section.base_url == default:
            if getattr(section, "project", ""):
                continue
            where = f"MODERA_INFERENCE__{name.upper()}__API_KEY_FILE"
            raise ModeraError(Code.BACKEND_UNAVAILABLE, f"{name}: no key; name its file in {where}")
    return ", ".join(used) or "none is used"


def _database(settings: Settings) -> str:
    database = Database(settings.database.url)
    try:
        behind = is_behind(database)
    finally:
        database.close()
    return "answers; the next start brings it up to date" if behind else "answers, up to date"


async def _storage(settings: Settings) -> str:
    storage = open_storage(settings.storage, b"signs nothing here")
    try:
        await asyncio.to_thread(storage.check)
    except StorageError as error:
        where = settings.storage.folder if settings.storage.kind == "local" else "S3"
        advice = f"check [storage] in the configuration, and whether {where} can be written to"
        raise ModeraError(error.code, f"{error.detail}; {advice}") from error
    return f"a picture can be written, read and deleted ({settings.storage.kind})"


def _disk(settings: Settings) -> str:
    folder = next(parent for parent in [settings.data, *settings.data.parents] if parent.exists())
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{folder} can't be written to; check its owner")
    free = shutil.disk_usage(folder).free
    text = f"{free / 1e9:.1f} GB free for {settings.data}"
    if free < DISK_BYTES:
        raise OSError(f"only {text}; make room")
    return text


async def _telegram(settings: Settings) -> str:
    if settings.telegram.token.get_secret_value():
        return await check_token(settings.telegram)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", settings.sandbox.port))
        except OSError as error:
            raise OSError(
                f"no token, and port {settings.sandbox.port} for the sandbox is taken; "
                "is the bot running? else set [sandbox] port"
            ) from error
    return f"no token: the sandbox chat will open on port {settings.sandbox.port}"


def _webhook(settings: Settings) -> str:
    if settings.telegram.mode == "polling":
        return "none: the bot polls"
    url, telegram = urlsplit(settings.web.public_url), urlsplit(settings.telegram.base_url)
    port = url.port or (443 if url.scheme == "https" else 80)
    if telegram.hostname == TELEGRAM and (url.scheme != "https" or port not in WEBHOOK_PORTS):
        ports = ", ".join(map(str, WEBHOOK_PORTS))
        raise ModeraError(
            Code.CONFIG,
            f"Telegram does not post to {settings.web.public_url}; "
            f"write an https address with port {ports} as [web] public_url",
        )
    return f"Telegram posts to {settings.web.public_url}; run with --roles bot,ml,web"


CHECKS: dict[str, Check] = {
    "models": _models,
    "backends": _backends,
    "local model": _local_model,
    "classifier": _classifier,
    "hosted models": _hosted,
    "database": _database,
    "storage": _storage,
    "disk": _disk,
    "telegram": _telegram,
    "webhook": _webhook,
}
