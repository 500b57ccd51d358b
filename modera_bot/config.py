"""Settings: `config.toml`, overridden by the environment and by secrets in files.

`[telegram] token` is `MODERA_TELEGRAM__TOKEN` in the environment; with `_FILE` appended, the
variable names a file that holds the value (as Docker and systemd hand over secrets). Lists
are JSON in the environment. Every fault is found and told at once. Paths are relative to the
working folder.
"""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from modera_bot.errors import ConfigError

PREFIX = "MODERA_"
_TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{30,}")

# Descriptions are what a person is told to write when the value is wrong.


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TelegramSettings(Section):
    token: SecretStr = Field(
        SecretStr(""), description="the token from @BotFather, like 123456789:AAE…; empty: sandbox"
    )
    base_url: str = Field(
        "https://api.telegram.org/bot", description="Bot API address up to the token"
    )
    base_file_url: str = Field(
        "https://api.telegram.org/file/bot", description="Bot API file address up to the token"
    )
    admins: tuple[int, ...] = Field((), description="Telegram ids, like [123456789]")
    allow: tuple[int, ...] = Field((), description="Telegram ids, like [123456789]; []: all")
    deny: tuple[int, ...] = Field((), description="Telegram ids, like [123456789]")
    maintenance: bool = Field(False, description="true: only admins are served")
    messages_per_second: float = Field(
        30, ge=0, description="messages a second to all chats together, 0 for no limit"
    )

    @field_validator("token")
    @classmethod
    def _looks_like_a_token(cls, value: SecretStr) -> SecretStr:
        token = value.get_secret_value().strip()
        if token and not _TOKEN.fullmatch(token):
            raise ValueError("this is not a bot token")
        return SecretStr(token)

    @field_validator("base_url", "base_file_url")
    @classmethod
    def _is_http(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("not an http(s) address")
        return value


class SandboxSettings(Section):
    port: int = Field(8765, ge=0, le=65535, description="a free port, 0 for any")


class DatabaseSettings(Section):
    url: str = Field(
        "sqlite:///data/modera.db",
        pattern=r"^(sqlite:///|postgresql://).+",
        description="sqlite:///path/to/file.db or postgresql://user:password@host/name",
    )


class StorageSettings(Section):
    kind: Literal["local", "s3"] = Field("local", description='"local" or "s3"')
    folder: Path = Field(Path("data/pictures"), description="folder of the local storage")
    endpoint: str = Field(
        "",
        pattern=r"^(https?://[^/]+/?)?$",
        description="address of the S3 service without a path, like https://s3.example.org",
    )
    bucket: str = Field(
        "modera",
        pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
        description="name of the bucket, 3 to 63 lower-case letters, digits and hyphens",
    )
    region: str = Field("us-east-1", min_length=1, description='region name; "auto" for R2')
    access_key: SecretStr = Field(SecretStr(""), description="S3 access key")
    secret_key: SecretStr = Field(SecretStr(""), description="S3 secret key")
    url_minutes: int = Field(15, ge=1, le=7 * 24 * 60, description="minutes a signed URL lives")
    public_url: str = Field(
        "http://127.0.0.1:8080", description="address under which /media is reachable"
    )

    @model_validator(mode="after")
    def _s3_is_complete(self) -> Self:
        needed = {
            "endpoint": self.endpoint,
            "access_key": self.access_key.get_secret_value(),
            "secret_key": self.secret_key.get_secret_value(),
        }
        missing = [name for name, value in needed.items() if not value]
        if self.kind == "s3" and missing:
            raise ValueError(f'kind "s3" also needs {", ".join(missing)}')
        return self


class JobsSettings(Section):
    queue: str = Field(
        "sqlite:///data/queue.db",
        pattern=r"^(memory:|sqlite:///.+|rediss?://.+|postgresql://.+)$",
        description="sqlite:///path, memory:, redis://host:6379/0 or postgresql://…",
    )
    workers: int = Field(2, ge=1, le=64, description="jobs run at once, 1 to 64")
    lease_s: float = Field(60, gt=0, description="seconds without a heartbeat until a job is lost")
    attempts: int = Field(3, ge=1, le=10, description="times a job is started before giving up")
    per_user: int = Field(3, ge=1, le=100, description="unfinished jobs one person may have")


class FashnSettings(Section):
    device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$",
        description='"auto", "cuda", "cuda:1", "mps" or "cpu"',
    )
    mode: Literal["eager", "compile", "graphs"] = Field(
        "eager", description='"eager", "compile" or "graphs"'
    )
    standard_steps: int = Field(30, ge=1, le=1000, description="steps of a standard picture")
    high_steps: int = Field(40, ge=1, le=1000, description="steps of a high quality picture")
    premium_steps: int = Field(50, ge=1, le=1000, description="steps of a premium picture")
    preload: bool = Field(False, description="true: loaded when the bot starts")
    idle_minutes: float = Field(
        0, ge=0, description="minutes without work until memory is freed, 0 for never"
    )


class InferenceSettings(Section):
    tryon: tuple[str, ...] = Field(
        ("draft",), min_length=1, description='backends in the order to be tried, like ["draft"]'
    )
    fashn: FashnSettings = FashnSettings()


class LimitsSettings(Section):
    upload_mb: float = Field(10, gt=0, le=20, description="largest upload in MB, at most 20")
    idle_minutes: float = Field(30, gt=0, description="minutes of silence until the menu returns")
    links: bool = Field(True, description="true: pictures behind links are fetched")

    @property
    def upload_bytes(self) -> int:
        """`upload_mb` in bytes, as Telegram counts: 20 MB are 20 · 1024 · 1024."""
        return int(self.upload_mb * 1024 * 1024)


class PrivacySettings(Section):
    keep_days: float = Field(30, gt=0, description="days photos and results are kept")
    contact: str = Field("", description="who answers privacy questions, like @name or e-mail")


class PicturesSettings(Section):
    processes: int = Field(2, ge=1, le=32, description="picture processes, 1 to 32")
    timeout_s: float = Field(60, gt=0, description="seconds one picture step may take")


class LogSettings(Section):
    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="debug, info, warning or error"
    )


class Settings(Section):
    """All settings. Frozen; make another to change one."""

    data: Path = Field(
        Path("data"), description="folder of the signing key and the sandbox's chats"
    )
    models: Path = Field(Path("models"), description="folder of the model files")
    telegram: TelegramSettings = TelegramSettings()
    sandbox: SandboxSettings = SandboxSettings()
    database: DatabaseSettings = DatabaseSettings()
    storage: StorageSettings = StorageSettings()
    jobs: JobsSettings = JobsSettings()
    inference: InferenceSettings = InferenceSettings()
    limits: LimitsSettings = LimitsSettings()
    privacy: PrivacySettings = PrivacySettings()
    pictures: PicturesSettings = PicturesSettings()
    log: LogSettings = LogSettings()


#: path of a key -> the variable that its value came from
Origins = dict[tuple[str, ...], str]


def load(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read `path` (by default `config.toml`, if there is one) and the environment.

    Raises ConfigError with every fault there is.
    """
    faults: list[str] = []
    values = _read_file(path, faults)
    origins: Origins = {}
    _override(values, environment, origins, faults)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        faults += [_explain(fault, origins) for fault in error.errors()]
    if faults:
        raise ConfigError(tuple(faults))
    return settings


def _read_file(path: Path | None, faults: list[str]) -> dict[str, Any]:
    if path is None:
        path = Path("config.toml")
        if not path.exists():
            return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        faults.append(f"{path}: {error.strerror}; write the path of a readable file")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(f"{path}: not valid TOML: {error}")
    return {}


def _override(
    values: dict[str, Any], environment: Mapping[str, str], origins: Origins, faults: list[str]
) -> None:
    """Put the environment's values over the file's."""
    for name, text in sorted(environment.items()):
        if not name.startswith(PREFIX):
            continue
        value: Any = text
        keys = name.removeprefix(PREFIX)
        if keys.endswith("_FILE"):
            keys = keys.removesuffix("_FILE")
            try:
                value = Path(text).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                faults.append(f"{name}: {error}; write the path of a readable text file")
                continue
        path = tuple(keys.lower().split("__"))
        origins[path] = name
        _put(values, path, _decode(value))


def _decode(text: str) -> Any:
    """Lists are JSON; everything else stays text, which pydantic converts."""
    if text.startswith("["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _put(values: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        inner = values.setdefault(key, {})
        if not isinstance(inner, dict):
            values[key] = inner = {}
        values = inner
    values[path[-1]] = value


def _explain(fault: Any, origins: Origins) -> str:
    """One line: the key, where it stands, what is wrong, what to write."""
    path = tuple(str(part) for part in fault["loc"])
    key = ".".join(path)
    origin = origins.get(path) or origins.get(path[:2])
    where = f"{key} ({origin})" if origin else key
    if fault["type"] == "extra_forbidden":
        known = ", ".join(_fields(path[:-1])) or "nothing"
        return f"{where}: unknown key; known here: {known}"
    message = fault["msg"].removeprefix("Value error, ")
    advice = _description(path)
    return f"{where}: {message}" + (f"; write {advice}" if advice else "")


def _fields(path: tuple[str, ...]) -> list[str]:
    model: Any = Settings
    for key in path:
        field = model.model_fields.get(key)
        model = field.annotation if field else None
        if model is None or not hasattr(model, "model_fields"):
            return []
    return [*model.model_fields]


def _description(path: tuple[str, ...]) -> str:
    model: Any = Settings
    description = ""
    for key in path:
        field = getattr(model, "model_fields", {}).get(key)
        if field is None:
            break
        description, model = field.description or "", field.annotation
    return description
