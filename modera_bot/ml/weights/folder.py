"""Model files from a folder: a USB stick, a share, another machine's models."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from modera_bot.ml.weights.failure import failure
from modera_bot.ml.weights.registry import Model, ModelFile

#: Bytes copied between two looks at the progress.
CHUNK = 1 << 22


def copy(
    source: Path,
    model: Model,
    file: ModelFile,
    arriving: Path,
    report: Callable[[str, float], None],
) -> Path:
    """Copy a file of `model` from `source`, a folder laid out like ours or like the hub's.

    Raises ModeraError(MODELS_MISSING) that says what was looked for.
    """
    below_model = Path(file.path).relative_to(model.key)
    candidates = dict.fromkeys(
        (source / file.path, source / below_model, source / below_model.name)
    )
    found = next((path for path in candidates if path.is_file()), None)
    if found is None:
        looked = ", ".join(str(path.relative_to(source)) for path in candidates)
        raise failure(f"{source} has none of {looked}; name the folder that holds {model.key}")
    target = arriving / hashlib.sha256(file.path.encode()).hexdigest()
    with found.open("rb") as reader, target.open("wb") as writer:
        while chunk := reader.read(CHUNK):
            writer.write(chunk)
            report(f"copying {below_model.name}", min(1.0, writer.tell() / file.size))
    return target
