"""Settings: `config.toml`, overridden by the environment and by secrets in files.

`[telegram] token` is `MODERA_TELEGRAM__TOKEN` in the environment; with `_FILE` appended, the
variable names a file that holds the value (as Docker and systemd hand over secrets). Lists
are JSON in the environment. Every fault is found and told at once. Paths are relative to the
working folder.
"""
# Longer than other modules: it is read beside config.toml, section by section, and has no inner
# seam but between sections.

import json
import os
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
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
#: What one process can do; by default it serves people and makes their pictures.
ROLES = ("bot", "ml", "web")
DEFAULT_ROLES = ("bot", "ml")
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

    mode: Literal["polling", "webhook"] = Field(
        "polling", description='"polling" or "webhook"; the latter needs the web role'
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


class WebSettings(Section):
    host: str = Field(
        "127.0.0.1", min_length=1, description="address to listen on, 0.0.0.0 for all"
    )
    port: int = Field(8080, ge=0, le=65535, description="a free port, 0 for any")
    public_url: str = Field(
        "http://127.0.0.1:8080",
        pattern=r"^https?://[^/?#]+(/[^?#]*)?$",
        description="address under which the web role is reached, like https://bot.example.org",
    )
    tokens: tuple[SecretStr, ...] = Field(
        (), description="secrets of at least 16 characters, one per line in a file"
    )

    @field_validator("tokens", mode="before")
    @classmethod
    def _may_be_lines(cls, value: Any) -> Any:
        """A variable or a secret file with one token, or one per line."""
        return tuple(value.split()) if isinstance(value, str) else value

    @field_validator("tokens")
    @classmethod
    def _long_enough(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(token.get_secret_value()) < 16 for token in value):
            raise ValueError("a token that can be guessed")
        return value


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


DeviceName = Annotated[
    str,
    Field(
        pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$",
        description='"auto", "cuda", "cuda:1", "mps" or "cpu"',
    ),
]


class FashnSettings(Section):
    device: DeviceName = "auto"
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


class VlmSettings(Section):
    folder: Path = Field(Path("models/vlm"), description="folder of a vision-language model")
    device: DeviceName = "auto"
    timeout_s: float = Field(300, gt=0, description="seconds one answer may take, once it begins")
    idle_minutes: float = Field(
        0, ge=0, description="minutes without work until memory is freed, 0 for never"
    )


class ClassifierSettings(Section):
    model: Path = Field(
        Path("models/moderation/model.onnx"), description="an ONNX model that classifies pictures"
    )
    labels: tuple[str, ...] = Field(
        ("normal", "nsfw"), min_length=2, description="its classes, in the order of its output"
    )
    refused: tuple[str, ...] = Field(
        ("nsfw",), min_length=1, description="classes of which nothing is drawn"
    )
    least: float = Field(0.5, gt=0, lt=1, description="probability from which on a class counts")
    side: int = Field(224, ge=32, le=1024, description="width and height of what it sees, pixels")
    mean: float = Field(0.5, ge=0, le=1, description="taken from its input, which is 0 to 1")
    spread: float = Field(0.5, gt=0, le=1, description="what the rest is divided by")

    @model_validator(mode="after")
    def _knows_its_classes(self) -> Self:
        if unknown := set(self.refused) - set(self.labels):
            raise ValueError(f"refused has {min(unknown)!r}, which labels has not")
        return self


def _http(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("not an http(s) address")
    return value


HttpAddress = Annotated[str, AfterValidator(_http)]
#: Who gets the photos, as people are told.
ProviderName = Annotated[
    str,
    Field(max_length=29, description="who gets the photos, as people are told; empty: yourself"),
]


class HostedSettings(Section):
    """What hosted models have in common."""

    retries: int = Field(1, ge=0, le=5, description="repetitions where that is safe, 0 to 5")
    image_usd: float = Field(0, ge=0, description="US dollars a picture costs; 0: as listed")


ImageLevel = Literal["low", "medium", "high", "xhigh", "max", "auto"]


class OpenAISettings(HostedSettings):
    provider: ProviderName = "OpenAI (USA)"
    api_key: SecretStr = Field(SecretStr(""), description="the key, like sk-…")
    base_url: HttpAddress = Field(
        "https://api.openai.com/v1", description="address of OpenAI or of a compatible server"
    )
    mode: Literal["edit", "generate"] = Field("edit", description='"edit" or "generate"')
    model: str = Field("gpt-image-2.5-sunburst", min_length=1, description="name of an image model")
    moderation_model: str = Field(
        "omni-moderation-latest", min_length=1, description="name of a moderation model"
    )
    vision_model: str = Field("gpt-6-luna", min_length=1, description="name of a vision model")
    standard: ImageLevel = Field("medium", description='"low", "medium", "high", "xhigh" or "max"')
    high: ImageLevel = Field("high", description='"low", "medium", "high", "xhigh" or "max"')
    premium: ImageLevel = Field("high", description='"low", "medium", "high", "xhigh" or "max"')
    megapixels: float = Field(1.5, ge=0.66, le=8.2, description="size of pictures, 0.66 to 8.2")
    previews: int = Field(2, ge=0, le=3, description="pictures shown while it forms, 0 to 3")
    timeout_s: float = Field(150, gt=0, description="seconds one picture may take")
    vision_timeout_s: float = Field(45, gt=0, description="seconds one answer may take")
    input_usd_per_million: float = Field(
        0, ge=0, description="US dollars a million tokens of input pictures cost"
    )


PictureSize = Literal["1K", "2K", "4K"]


class GeminiSettings(HostedSettings):
    provider: ProviderName = "Google (USA)"
    api_key: SecretStr = Field(SecretStr(""), description="the key of Google AI Studio")
    base_url: HttpAddress = Field(
        "https://generativelanguage.googleapis.com", description="address of the Gemini API"
    )
    model: str = Field("gemini-nano-banana-2.1", min_length=1, description="name of an image model")
    vision_model: str = Field("gemini-3.8-flash", min_length=1, description="name of a text model")
    standard: PictureSize = Field("1K", description='"1K", "2K" or "4K"')
    high: PictureSize = Field("2K", description='"1K", "2K" or "4K"')
    premium: PictureSize = Field("2K", description='"1K", "2K" or "4K"')
    timeout_s: float = Field(120, gt=0, description="seconds one picture may take")
    vision_timeout_s: float = Field(45, gt=0, description="seconds one answer may take")


class VertexSettings(HostedSettings):
    provider: ProviderName = "Google (USA)"
    project: str = Field("", description="id of the Google Cloud project")
    location: str = Field("us-central1", min_length=1, description="region, like us-central1")
    api_key: SecretStr = Field(SecretStr(""), description="a key, instead of project and location")
    base_url: str = Field(
        "", pattern=r"^(https?://.+)?$", description="address of Vertex AI; empty: by location"
    )
    model: str = Field("virtual-try-on-001", min_length=1, description="name of a try-on model")
    timeout_s: float = Field(90, gt=0, description="seconds one picture may take")


class BudgetSettings(Section):
    day_usd: float = Field(0, ge=0, description="US dollars a day (UTC), 0 for no limit")
    month_usd: float = Field(0, ge=0, description="US dollars a month, 0 for no limit")
    user_day_usd: float = Field(0, ge=0, description="the same for one person a day")
    user_month_usd: float = Field(0, ge=0, description="the same for one person a month")


class InferenceSettings(Section):
    tryon: tuple[str, ...] = Field(
        ("draft",), min_length=1, description='backends in the order to be tried, like ["draft"]'
    )
    fit: tuple[str, ...] = Field((), description='backends that judge the fit, like ["openai"]')
    moderation: Literal["", "classifier", "openai"] = Field(
        "",
        description='"openai" or "classifier" to have photos looked at before they are used',
    )
    unmoderated: Literal["allow", "refuse"] = Field(
        "allow", description='"allow" or "refuse": photos that nobody could look at'
    )
    least_quality: float = Field(
        0.7,
        ge=0,
        le=1,
        description="score below which a result is free and says so; 0: none is judged",
    )
    second_attempt: Literal["free", "always", "never"] = Field(
        "free", description='"free", "always" or "never": backends that try again below that'
    )
    keep_identity: bool = Field(
        True, description="false: hosted pictures as they come, face and background included"
    )
    budget: BudgetSettings = BudgetSettings()
    style: tuple[str, ...] = Field(
        ("rules",), min_length=1, description='stylists in the order to be tried, like ["rules"]'
    )
    fashn: FashnSettings = FashnSettings()
    classifier: ClassifierSettings = ClassifierSettings()
    openai: OpenAISettings = OpenAISettings()
    gemini: GeminiSettings = GeminiSettings()
    vertex: VertexSettings = VertexSettings()
    vlm: VlmSettings = VlmSettings()

    def recipients(self) -> dict[str, str]:
        """Who gets photos: a provider's name for each backend in use that is not one's own."""
        names = dict.fromkeys((*self.tryon, *self.fit, *self.style))
        if self.moderation:
            names[self.moderation] = None
        found = {name: getattr(getattr(self, name, None), "provider", "") for name in names}
        return {name: provider for name, provider in found.items() if provider}


class PricesSettings(Section):
    tryon: int = Field(3, ge=0, le=10_000, description="credits a try-on costs")
    styling: int = Field(5, ge=0, le=10_000, description="credits a style analysis costs")
    recommendations: int = Field(0, ge=0, le=10_000, description="credits recommendations cost")


class FactorsSettings(Section):
    standard: float = Field(1, ge=0, le=100, description="factor of standard quality")
    high: float = Field(1.5, ge=0, le=100, description="factor of high quality")
    premium: float = Field(2, ge=0, le=100, description="factor of premium quality")
    garment: float = Field(0.5, ge=0, le=100, description="factor added by each further garment")


Money = Annotated[Decimal, Field(gt=0, le=1_000_000, decimal_places=2)]


class PackageSettings(Section):
    credits: int = Field(ge=1, le=1_000_000, description="credits in the package")
    xtr: int | None = Field(None, ge=1, le=25_000, description="its price in Stars, at most 25000")
    rub: Money | None = Field(None, description="its price in roubles, like 199.00")
    usd: Money | None = Field(None, description="its price in dollars, like 1.99")
    monthly: bool = Field(False, description="true: a subscription, paid and given each month")

    @model_validator(mode="after")
    def _has_a_price(self) -> Self:
        if not (self.xtr or self.rub or self.usd):
            raise ValueError("a package needs a price: xtr, rub or usd")
        if self.monthly and (self.xtr or 0) > 10_000:
            raise ValueError("Telegram takes at most 10000 Stars a month for a subscription")
        return self

    def price(self, currency: str) -> Decimal | None:
        """Price in XTR (Stars), RUB or USD; None if it is not sold for that."""
        amount: int | Decimal | None = getattr(self, currency.lower(), None)
        return None if amount is None else Decimal(amount)


class PromoSettings(Section):
    credits: int = Field(ge=1, le=1_000_000, description="credits the code gives, once a person")
    until: date | None = Field(None, description="the last day of the code, like 2026-12-31")
    uses: int = Field(0, ge=0, description="people who may use it, 0 for any number")


PackageName = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")]
PromoName = Annotated[str, Field(pattern=r"^[A-Z0-9_-]{1,32}$")]


class PaySettings(Section):
    enabled: bool = Field(False, description="true or false")
    starter: int = Field(9, ge=0, le=10_000, description="credits a new person begins with")
    currency: Literal["USD", "RUB"] = Field("USD", description='"USD" or "RUB"')
    rates_date: date = Field(date(2026, 11, 1), description="a day, like 2026-11-01")
    rates: dict[Literal["USD", "RUB", "XTR"], Annotated[Decimal, Field(gt=0)]] = Field(
        {"USD": Decimal(1), "RUB": Decimal("0.0125"), "XTR": Decimal("0.013")},
        description="what one unit of USD, RUB and XTR is worth in `currency`",
    )
    support: str = Field("", description="who answers questions about payments, like @name")
    seller: str = Field("", max_length=200, description="who sells: name, address, tax number")
    tax: str = Field("", max_length=200, description="a line on taxes for receipts")
    prices: PricesSettings = PricesSettings()
    factors: FactorsSettings = FactorsSettings()
    packages: dict[PackageName, PackageSettings] = Field(
        {
            "basic": PackageSettings(credits=30, xtr=150, rub="199", usd="1.99"),
            "premium": PackageSettings(credits=100, xtr=450, rub="590", usd="5.90"),
            "large": PackageSettings(credits=300, xtr=1200, rub="1490", usd="14.90"),
            "monthly": PackageSettings(credits=150, xtr=550, monthly=True),
        },
        min_length=1,
        description="sections like [pay.packages.basic]",
    )
    promo: dict[PromoName, PromoSettings] = Field(
        {}, description="sections like [pay.promo.WELCOME], in capital letters"
    )

    @model_validator(mode="after")
    def _every_currency_has_a_rate(self) -> Self:
        sold = {
            currency
            for package in self.packages.values()
            for currency in ("XTR", "RUB", "USD")
            if package.price(currency) is not None
        }
        if missing := sold - set(self.rates):
            raise ValueError(f"rates: no rate for {', '.join(sorted(missing))}")
        return self


class StylingSettings(Section):
    search_url: str = Field(
        "https://www.google.com/search?udm=28&q={query}",
        pattern=r"^https?://[^\s{}]+.*\{query\}.*$",
        description="address of a shop's search, with {query} where the words go",
    )


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
    label: bool = Field(False, description='true: "AI-generated" is written on each result')


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
    web: WebSettings = WebSettings()
    database: DatabaseSettings = DatabaseSettings()
    storage: StorageSettings = StorageSettings()
    jobs: JobsSettings = JobsSettings()
    inference: InferenceSettings = InferenceSettings()
    pay: PaySettings = PaySettings()
    styling: StylingSettings = StylingSettings()
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
