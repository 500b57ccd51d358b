"""A vision-language model in a process of its own; see ml/local/worker.py."""

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modera_bot.ml.local import worker

if TYPE_CHECKING:
    from modera_bot.ml.vlm.network import Network


@dataclass(frozen=True, slots=True)
class Request:
    """A question about JPEG `pictures`, to be answered as JSON of `schema` in `most` tokens."""

    prompt: str
    pictures: tuple[bytes, ...]
    schema: dict[str, Any]
    most: int


@dataclass(frozen=True, slots=True)
class Written:
    """The answer, and how many tokens were read and written for it."""

    text: str
    read: int
    written: int


def main() -> None:
    descriptor, folder, device, idle_s = sys.argv[1:]
    worker.run(descriptor, partial(_load, Path(folder), device), answer, float(idle_s))


def _load(folder: Path, device: str) -> "tuple[Network, str]":
    try:
        from modera_bot.ml.vlm.network import Network
        from modera_bot.ml.vlm.plan import plan
    except ImportError as error:
        raise worker.not_installed(error) from error
    place = plan(folder, device)
    return Network(folder, place), str(place)


def answer(network: "Network", request: object, on_step: worker.OnStep) -> Written:
    """What the network writes to a Request."""
    assert isinstance(request, Request)
    return network.answer(request, on_step)
