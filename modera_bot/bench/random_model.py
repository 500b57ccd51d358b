"""Networks of random weights, and something to show them: speed depends on neither."""

from typing import TypeVar

import torch
from torch import Tensor, nn

from modera_bot.ml.fashn.backbone import Backbone
from modera_bot.ml.fashn.conditioner import Conditioner
from modera_bot.ml.fashn.config import FashnConfig
from modera_bot.ml.fashn.sampler import Conditions
from modera_bot.ml.fashn.transformer import FashnTransformer

Part = TypeVar("Part", bound=nn.Module)

#: The network at a size of which a CPU does several steps a second.
SMALL = FashnConfig(
    input_shape=(192, 144),
    hidden_size=512,
    n_heads=4,
    double_blocks_depth=1,
    single_blocks_depth=2,
    patch_mixer_depth=1,
)


def random_model(
    config: FashnConfig, device: torch.device, dtype: torch.dtype, seed: int = 0
) -> FashnTransformer:
    """A network with random weights, of the size that keeps activations about 1."""
    with torch.device("meta"):
        backbone, conditioner = Backbone(config), Conditioner(config)
    model = FashnTransformer(
        config,
        _random(backbone.to_empty(device=device), seed).to(dtype),
        _random(conditioner.to_empty(device="cpu"), seed + 1).to(dtype),
    )
    return model.eval()


@torch.no_grad()
def _random(part: Part, seed: int) -> Part:
    """Fill the parameters; none stays zero, so that no part could be left out unnoticed."""
    device = next(part.parameters()).device
    generator = torch.Generator(device).manual_seed(seed)
    for name, parameter in part.named_parameters():
        fan = parameter[0].numel() if parameter.ndim > 1 else 4
        parameter.normal_(float(name.endswith(".scale")), fan**-0.5, generator=generator)
        parameter.requires_grad_(False)
    return part


def random_conditions(config: FashnConfig, device: torch.device) -> tuple[Conditions, Tensor]:
    """Conditions like pictures, in -1..1, and noise."""
    generator = torch.Generator(device).manual_seed(2)

    def random(channels: int) -> Tensor:
        shape = (1, channels, *config.input_shape)
        return torch.rand(shape, generator=generator, device=device) * 2 - 1

    conditions = Conditions(
        random(3), random(1), random(3), random(1), torch.ones(1, dtype=torch.long, device=device)
    )
    noise = torch.randn((1, 3, *config.input_shape), generator=generator, device=device)
    return conditions, noise
