"""Loads published weights: each tensor is accounted for, by name and by shape."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from modera_bot.errors import BackendError, Code
from modera_bot.ml.fashn.backbone import Backbone
from modera_bot.ml.fashn.conditioner import Conditioner
from modera_bot.ml.fashn.files import CONFIG, WEIGHTS, read_config
from modera_bot.ml.fashn.transformer import FashnTransformer

#: Stored with the weights and used by nobody.
UNUSED = {"patch_mixer_token"}

#: What to do about files that are not what they should be.
REMEDY = "replace it with: modera-bot models pull fashn"


def load(folder: Path, device: torch.device, dtype: torch.dtype) -> FashnTransformer:
    """The network in `folder`, the backbone as `dtype` on `device`.

    The conditioner stays on the CPU in the precision of the file: it works once for a
    schedule. Raises BackendError that names the file and the command that mends it.
    """
    file = folder / WEIGHTS
    config = read_config(folder)
    with torch.device("meta"):
        backbone, conditioner = Backbone(config), Conditioner(config)
    try:
        with safe_open(file, "pt") as stored:
            names = {name: stored.get_slice(name).get_shape() for name in stored.keys()}  # noqa: SIM118
            _check(file, names, [backbone, conditioner])
            _fill(backbone, {name: stored.get_tensor(name) for name in backbone.state_dict()})
            _fill(conditioner, {name: stored.get_tensor(name) for name in conditioner.state_dict()})
    except FileNotFoundError as error:
        fix = "get it with: modera-bot models pull fashn"
        raise BackendError(Code.MODELS_MISSING, f"{file} is missing; {fix}") from error
    except (SafetensorError, OSError) as error:
        raise _damaged(file, str(error)) from error
    backbone = backbone.to(device, dtype)
    return FashnTransformer(config, backbone, conditioner).eval()


def _check(file: Path, stored: Mapping[str, list[int]], parts: Iterable[nn.Module]) -> None:
    wanted = {name: list(t.shape) for part in parts for name, t in part.state_dict().items()}
    faults = [
        *(f"{name} is missing" for name in wanted if name not in stored),
        *(f"{name} is unknown" for name in stored if name not in wanted and name not in UNUSED),
        *(
            f"{name} is {stored[name]} and should be {shape}"
            for name, shape in wanted.items()
            if name in stored and stored[name] != shape
        ),
    ]
    if faults:
        more = f", and {len(faults) - 1} more such faults" if faults[1:] else ""
        raise _damaged(file, f"{faults[0]}{more}")


def _fill(part: nn.Module, tensors: dict[str, Tensor]) -> None:
    part.load_state_dict(tensors, strict=True, assign=True)
    part.requires_grad_(False)


def _damaged(file: Path, why: str) -> BackendError:
    first = why.partition("\n")[0]
    reason = f"{file} is not what FASHN VTON needs ({first}); {REMEDY}"
    config = file.with_name(CONFIG.name)
    if config.exists():  # no pull fetches or removes one
        reason += f" and delete {config}, which the published network has not"
    return BackendError(Code.MODELS_MISSING, reason)
