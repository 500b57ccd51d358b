"""Runs inside a picture process: feeds broken pictures to the decoders."""

from collections.abc import Iterator

from modera_bot import images
from modera_bot.errors import PictureError


def truncations(data: bytes) -> Iterator[bytes]:
    for length in range(len(data)):
        yield data[:length]


def bit_flips(data: bytes) -> Iterator[bytes]:
    for position in range(len(data)):
        broken = bytearray(data)
        broken[position] ^= 1 << (position % 8)
        yield bytes(broken)


def surprises(data: bytes) -> list[str]:
    """Everything but a picture or a PictureError that comes of broken `data`."""
    found = []
    for broken in (*truncations(data), *bit_flips(data)):
        try:
            shown = images.decode(broken)
        except PictureError:
            continue
        except Exception as error:
            found.append(f"{error!r} of {broken.hex()}")
        else:
            if shown.ndim != 3 or shown.shape[2] != 3:
                found.append(f"shape {shown.shape} of {broken.hex()}")
    return found
