"""The files of the model, below its folder; looked at without opening them."""

from pathlib import Path

from modera_bot.errors import BackendError, Code
from modera_bot.ml.fashn.config import FashnConfig
from modera_bot.ml.fashn.inputs import Size

WEIGHTS = Path("model.safetensors")
DETECTOR, ESTIMATOR = Path("dwpose/yolox_l.onnx"), Path("dwpose/dw-ll_ucoco_384.onnx")


def canvas_of(folder: Path) -> Size:
    """The size of the model's pictures.

    Raises BackendError that names what is missing, with the command that gets it.
    """
    files = [folder / file for file in (WEIGHTS, DETECTOR, ESTIMATOR)]
    if missing := [str(file) for file in files if not file.is_file()]:
        reason = f"missing: {', '.join(missing)}; get them with: modera-bot models pull fashn"
        raise BackendError(Code.MODELS_MISSING, reason)
    file = folder / "config.json"  # the published model has none
    try:
        height, width = (FashnConfig.read(file) if file.exists() else FashnConfig()).input_shape
    except (OSError, ValueError, TypeError) as error:
        raise BackendError(Code.MODELS_MISSING, f"{file}: {error}; mend or delete it") from error
    return Size(width, height)
