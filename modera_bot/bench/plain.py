"""FASHN VTON 1.5 written down plainly: what ours is measured against.

The way such networks are usually run: bf16, fused attention, both guidance branches in one
batch, eager. Nothing is carried over from one step to the next: times are embedded, blocks
modulated, places turned and garments embedded anew at each, and each block computes all of
its tokens. It takes its weights from ours and computes the same function.
"""

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from modera_bot.ml.fashn.conditioner import time_sinusoid
from modera_bot.ml.fashn.config import FashnConfig
from modera_bot.ml.fashn.layers import EPS, Rotary, rotary
from modera_bot.ml.fashn.sampler import Conditions
from modera_bot.ml.fashn.schedule import time_grid
from modera_bot.ml.fashn.transformer import FashnTransformer

Weights = dict[str, Tensor]


class Plain:
    """The network as functions of its weights, all on one device in one precision."""

    def __init__(self, model: FashnTransformer, attention: SDPBackend) -> None:
        self.config: FashnConfig = model.config
        self._attention = [
            attention,
            SDPBackend.MATH,
        ]  # torch's own choice hangs on what ran before
        parts = model.backbone.state_dict() | model.conditioner.state_dict()
        self.weights = {name: t.to(model.device, model.dtype) for name, t in parts.items()}

    def sample(
        self, conditions: Conditions, *, noise: Tensor, steps: int, guidance: float = 1.5
    ) -> Tensor:
        """Like ml.fashn.sampler.sample; the last step is conditional only there, too."""
        with torch.inference_mode(), sdpa_kernel(self._attention, set_priority=True):
            return self._sample(conditions, noise, steps, guidance)

    def _sample(self, conditions: Conditions, noise: Tensor, steps: int, guidance: float) -> Tensor:
        grid, x = time_grid(steps).tolist(), noise
        empty = [torch.zeros_like(t) for t in _pictures(conditions)]
        pictures = _pictures(conditions)
        nothing = torch.zeros_like(conditions.category)
        for step in range(steps):
            time = torch.full((len(x),), grid[step], device=x.device)
            if step == steps - 1:
                velocity = self.velocity(x, pictures, time, conditions.category)
            else:
                both = self.velocity(
                    torch.cat((x, x)),
                    [torch.cat(pair) for pair in zip(pictures, empty, strict=True)],
                    torch.cat((time, time)),
                    torch.cat((conditions.category, nothing)),
                )
                with_all, with_nothing = both.chunk(2)
                velocity = with_nothing + guidance * (with_all - with_nothing)
            x = x + (grid[step + 1] - grid[step]) * velocity
        return x

    def velocity(self, x: Tensor, pictures: list[Tensor], time: Tensor, category: Tensor) -> Tensor:
        """The velocity, fp32; `pictures` are person, its pose, garment, its pose."""
        config, weights = self.config, self.weights
        person, person_pose, garment, garment_pose = pictures
        img = self._patches("x_embedder", torch.cat((x, person, person_pose), 1))
        txt = self._patches("garment_embedder", torch.cat((garment, garment_pose), 1))
        vec = time_sinusoid(time).to(weights["x_embedder.proj.weight"].dtype)
        vec = self._linear("t_embedder.mlp.in_layer", vec)
        vec = self._linear("t_embedder.mlp.out_layer", F.silu(vec))
        vec = vec + weights["y_embedder.weight"][category]
        with x.device:  # built where it is used: a copy from the CPU would hold up the GPU
            one = rotary(config.grid, config.axes_dim, config.theta)
        both = Rotary(*(torch.cat((table, table)) for table in one))
        for index in range(config.patch_mixer_depth):
            img = self._single(f"x_patch_mixer.{index}", img, vec, one)
        for index in range(config.double_blocks_depth):
            img, txt = self._double(f"double_blocks.{index}", img, txt, vec, both)
        joint = torch.cat((txt, img), 1)
        for index in range(config.single_blocks_depth):
            joint = self._single(f"single_blocks.{index}", joint, vec, both)
        img = joint[:, config.tokens :]
        shift, scale = self._modulation("final_layer.adaLN_modulation.1", vec, 2)
        out = self._linear("final_layer.linear", _modulated(img, shift, scale))
        (rows, columns), side = config.grid, config.patch_size
        out = out.float().reshape(-1, rows, columns, config.channels_in, side, side)
        return out.permute(0, 3, 1, 4, 2, 5).reshape(x.shape)

    def _double(
        self, name: str, img: Tensor, txt: Tensor, vec: Tensor, places: Rotary
    ) -> tuple[Tensor, Tensor]:
        streams, changed = {"txt": txt, "img": img}, {}
        mods = {s: self._modulation(f"{name}.{s}_mod.lin", vec, 6) for s in streams}
        qkv = [
            self._qkv(
                f"{name}.{s}_attn.norm",
                self._linear(f"{name}.{s}_attn.qkv", _modulated(x, mods[s][0], mods[s][1])),
            )
            for s, x in streams.items()
        ]
        q, k, v = (torch.cat(part, 2) for part in zip(*qkv, strict=True))
        mixed = _attention(q, k, v, places)
        for s, part in zip(streams, mixed.split([txt.shape[1], img.shape[1]], 1), strict=True):  # type: ignore[no-untyped-call]
            _, _, gate, shift, scale, gate_mlp = mods[s]
            x = streams[s] + gate * self._linear(f"{name}.{s}_attn.proj", part)
            hidden = self._linear(f"{name}.{s}_mlp.0", _modulated(x, shift, scale))
            hidden = F.gelu(hidden, approximate="tanh")
            changed[s] = x + gate_mlp * self._linear(f"{name}.{s}_mlp.2", hidden)
        return changed["img"], changed["txt"]

    def _single(self, name: str, x: Tensor, vec: Tensor, places: Rotary) -> Tensor:
        shift, scale, gate = self._modulation(f"{name}.modulation.lin", vec, 3)
        both = self._linear(f"{name}.linear1", _modulated(x, shift, scale))
        qkv, hidden = both.tensor_split((3 * self.config.hidden_size,), -1)
        q, k, v = self._qkv(f"{name}.norm", qkv)
        mixed = _attention(q, k, v, places)
        joined = torch.cat((mixed, F.gelu(hidden, approximate="tanh")), 2)
        return x + gate * self._linear(f"{name}.linear2", joined)

    def _linear(self, name: str, x: Tensor) -> Tensor:
        return F.linear(x, self.weights[f"{name}.weight"], self.weights.get(f"{name}.bias"))

    def _patches(self, name: str, x: Tensor) -> Tensor:
        weight, bias = self.weights[f"{name}.proj.weight"], self.weights[f"{name}.proj.bias"]
        out = F.conv2d(x.to(weight.dtype), weight, bias, self.config.patch_size)
        return out.flatten(2).transpose(1, 2)

    def _modulation(self, name: str, vec: Tensor, parts: int) -> tuple[Tensor, ...]:
        return self._linear(name, F.silu(vec))[:, None].chunk(parts, -1)

    def _qkv(self, name: str, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys, values, each (B, H, L, D); the first two normalised."""
        shape = (*x.shape[:2], 3, self.config.n_heads, -1)
        q, k, v = x.reshape(shape).permute(2, 0, 3, 1, 4)
        q = F.rms_norm(q, q.shape[-1:], self.weights[f"{name}.query_norm.scale"], EPS)
        k = F.rms_norm(k, k.shape[-1:], self.weights[f"{name}.key_norm.scale"], EPS)
        return q, k, v


def _modulated(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    return F.layer_norm(x, x.shape[-1:], eps=EPS) * (1 + scale) + shift


def _attention(q: Tensor, k: Tensor, v: Tensor, places: Rotary) -> Tensor:
    mixed = F.scaled_dot_product_attention(_turned(q, places), _turned(k, places), v)
    return mixed.transpose(1, 2).flatten(2)


def _turned(x: Tensor, places: Rotary) -> Tensor:
    cos, sin = places
    first, second = x.float().reshape(*x.shape[:-1], -1, 2).unbind(-1)
    turned = torch.stack((first * cos - second * sin, first * sin + second * cos), -1)
    return turned.flatten(-2).to(x.dtype)


def _pictures(conditions: Conditions) -> list[Tensor]:
    return [
        conditions.person,
        conditions.person_pose,
        conditions.garment,
        conditions.garment_pose,
    ]
