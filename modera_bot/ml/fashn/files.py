"""The files of the model, below its folder; torch is not needed to look at them."""

from pathlib import Path

from modera_bot.errors import BackendError, Code
from modera_bot.ml.fashn.config import FashnConfig
from modera_bot.ml.fashn.inputs import Size

WEIGHTS, CONFIG = Path("model.safetensors"), Path("config.json")
DETECTOR, ESTIMATOR = Path("dwpose/yolox_l.onnx"), Path("dwpose/dw-ll_ucoco_384.onnx")


def canvas_of(folder: Path) -> Size:
    """The size of the model's pictures.

    Raises BackendError that names what is missing, with the command that gets it.
    """
    files = [folder / file for file in (WEIGHTS, DETECTOR, ESTIMATOR)]
    if missing := [str(file) for file in files if not file.is_file()]:
        reason = f"missing: {', '.join(missing)}; get them with: modera-bot models pull fashn"
        raise BackendError(Code.MODELS_MISSING, reason)
    height, width = read_config(folder).input_shape
    return Size(width, height)


def read_config(folder: Path) -> FashnConfig:
    """The network's dimensions: from config.json if there is one, else as published."""
    file = folder / CONFIG
    try:
        return FashnConfig.read(file) if file.exists() else FashnConfig()
    except (OSError, ValueError, TypeError) as error:
        reason = str(error).partition("\n")[0]
        advice = "mend it, or delete it and get the published network with"
        command = "modera-bot models pull fashn"
        raise BackendError(Code.MODELS_MISSING, f"{file}: {reason}; {advice}: {command}") from error
