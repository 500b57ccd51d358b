"""Which models there are: read from registry.toml, checked as it is read."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from modera_bot.errors import Code, ModeraError

#: The registry that ships with the package; models/registry.toml in a checkout is a link to it.
PACKAGED = Path(__file__).parent.parent / "registry.toml"

_SHA256 = r"^[0-9a-f]{64}$"

#: Below the folder of the models, without a way out of it.
_PATH = r"^[a-z0-9][\w-]*(/[a-zA-Z0-9][\w.-]*)+$"


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Wheel(_Data):
    """A wheel on PyPI for one Python and one platform, so that its hash is known."""

    project: str
    version: str
    python: str
    platform: str
    size: int = Field(gt=0)
    sha256: str = Field(pattern=_SHA256)


class ModelFile(_Data):
    """One file: `size` in bytes, and either `member` of the wheel, or its place on the hub."""

    path: str = Field(pattern=_PATH)
    size: int = Field(gt=0)
    sha256: str = Field(pattern=_SHA256)
    member: str | None = None
    repo: str | None = None
    revision: str | None = None
    name: str | None = None

    @model_validator(mode="after")
    def _comes_from_one_place(self) -> Self:
        hub = (self.repo, self.revision, self.name)
        if (None in hub) if self.member is None else any(hub):
            raise ValueError("give either member, or repo with revision and name")
        return self


class Model(_Data):
    """A model; `memory` in MB while it works, `backends` empty when all need it."""

    key: str
    what: str
    licence: str
    terms: str
    commercial: bool
    memory: int
    backends: tuple[str, ...]
    files: tuple[ModelFile, ...] = Field(min_length=1)
    wheel: Wheel | None = None

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files)

    @property
    def command(self) -> str:
        """What fetches it."""
        return f"modera-bot models pull {self.key}"

    def needed_by(self, backends: Iterable[str]) -> bool:
        """Whether one of the backends can't work without it."""
        return not self.backends or bool({*self.backends} & {*backends})


def registry(models: Path) -> dict[str, Model]:
    """The models by name: from registry.toml in the folder `models` if it is there.

    Raises ModeraError(MODELS_MISSING) that names the fault when the file can't be understood.
    """
    own = models / PACKAGED.name
    file = own if own.exists() else PACKAGED
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
        return {key: Model(key=key, **table) for key, table in tables.items()}
    except (tomllib.TOMLDecodeError, TypeError, UnicodeDecodeError) as error:
        raise ModeraError(Code.MODELS_MISSING, f"{file}: {error}; mend or delete it") from error
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        reason = f"{file}: {where}: {fault['msg']}; mend or delete it"
        raise ModeraError(Code.MODELS_MISSING, reason) from error
