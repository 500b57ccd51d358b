"""Model files from the Hugging Face hub, or from the mirror that HF_ENDPOINT names."""

import os
from collections.abc import Callable
from errno import ENOSPC
from pathlib import Path
from typing import Any

from modera_bot.errors import ModeraError
from modera_bot.ml.weights.failure import failure
from modera_bot.ml.weights.registry import Model, ModelFile


def fetch(
    model: Model, file: ModelFile, arriving: Path, report: Callable[[str, float], None]
) -> Path:
    """Download a file into `arriving`, going on with what an earlier try has left there.

    Raises ModeraError(MODELS_MISSING) with the next step in its detail.
    """
    try:
        import huggingface_hub
        from huggingface_hub.errors import HfHubHTTPError
    except ImportError as error:
        extra = "install what local models need: scripts/setup local"
        raise failure(f"the package huggingface_hub is missing; {extra}") from error
    assert file.repo is not None
    assert file.name is not None
    try:
        path = huggingface_hub.hf_hub_download(
            file.repo,
            file.name,
            revision=file.revision,
            local_dir=arriving,
            endpoint=os.environ.get("HF_ENDPOINT") or None,
            tqdm_class=_watched(f"fetching {file.name}", file.size, report),
        )
    except PermissionError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno == ENOSPC:
            raise
        # the library wraps the hub's answer, and lets errors of its transport through
        answer = next((e for e in (error, error.__cause__) if isinstance(e, HfHubHTTPError)), None)
        told = _unreachable(model, error) if answer is None else _refused(model, file, answer)
        raise told from error
    return Path(path)


def _refused(model: Model, file: ModelFile, error: Any) -> ModeraError:
    status = error.response.status_code
    if status in (401, 403):
        reason = (
            f"the hub wants to know who asks for {file.repo}; accept its terms at {model.terms}, "
            f"put your access token into HF_TOKEN, then repeat: {model.command}"
        )
        return failure(reason)
    if status == 404:
        reason = (
            f"{file.repo} has no {file.name} in revision {file.revision}; check HF_ENDPOINT, "
            "or correct registry.toml"
        )
        return failure(reason)
    return failure(f"the hub answered {status}; later repeat: {model.command}", permanent=False)


def _unreachable(model: Model, error: Exception) -> ModeraError:
    cause = error.__cause__ or error
    return failure(
        f"could not fetch from the hub ({type(cause).__name__}); connect to the internet, name a "
        "mirror in HF_ENDPOINT, or a folder that has the files with --from FOLDER, then repeat: "
        f"{model.command}",
        permanent=False,
    )


def _watched(what: str, size: int, report: Callable[[str, float], None]) -> Any:
    """A progress bar for the hub's library that draws nothing and tells `report`."""
    from huggingface_hub.utils import tqdm  # type: ignore[attr-defined]  # documented all the same

    class Watched(tqdm):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **(options | {"disable": True}))  # type: ignore[no-untyped-call]

        def update(self, n: float | None = 1) -> None:
            self.n += n or 0
            report(what, min(1.0, self.n / size))

    return Watched
