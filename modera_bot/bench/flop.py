"""How much work the network is, and how much a device could do."""

from modera_bot.ml.fashn.config import FashnConfig

#: Dense bf16 TFLOP/s by the manufacturer's data sheet, by a part of the device's name.
DATASHEET = {"H100 PCIe": 756.0, "H100": 989.4, "H200": 989.4, "A100": 312.0, "A10": 125.0}


def forward_flop(config: FashnConfig, *, ours: bool = False) -> float:
    """Floating-point operations of one conditional forward; a product and a sum are two.

    `ours` leaves out what ours does not do at each step: modulation, the garment's embedding,
    and the garment's tokens in the last block.
    """
    size, tokens, mlp = config.hidden_size, config.tokens, config.mlp_size
    pixels = config.channels_in * config.patch_size**2
    single_weights = size * (3 * size + mlp) + (size + mlp) * size
    double_weights = size * 3 * size + size * size + 2 * size * mlp

    def attention(queries: int, keys: int) -> float:
        return 2 * 2 * queries * keys * size

    mixers = config.patch_mixer_depth * (2 * tokens * single_weights + attention(tokens, tokens))
    doubles = config.double_blocks_depth * (
        2 * 2 * tokens * double_weights + attention(2 * tokens, 2 * tokens)
    )
    single = 2 * 2 * tokens * single_weights + attention(2 * tokens, 2 * tokens)
    singles = config.single_blocks_depth * single
    patches = 2 * tokens * size * (2 * pixels + config.patch_size**2 + pixels)
    total = mixers + doubles + singles + patches
    if ours:
        unused = 2 * tokens * (single_weights - 2 * size * size) + attention(tokens, 2 * tokens)
        return total - unused
    garment = 2 * tokens * size * (pixels + config.patch_size**2)
    return total + garment + 2 * size * sum(config.modulation_sizes)
