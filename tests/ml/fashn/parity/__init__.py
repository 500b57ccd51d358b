"""Whether ours computes what the published code computes: `scripts/parity FOLDER`.

A folder of vectors says itself what is in it (`kind` in tolerance.json), what network and
seeds it was made with, and how close is close enough. Printed is the largest error of each
array; what ours leaves out by choice is named with the reason.
"""

import json
from collections.abc import Callable
from pathlib import Path

from tests.ml.fashn.parity.errors import Parity
from tests.ml.fashn.parity.network import check_network
from tests.ml.fashn.parity.pictures import check_pictures


def check(folder: Path) -> Parity:
    """Compare ours with the vectors of one folder."""
    parity = Parity(json.loads((folder / "tolerance.json").read_text()))
    kinds: dict[str, Callable[[Path, Parity], None]] = {
        "fashn": check_network,
        "fashn-prepost": check_pictures,
    }
    kind = parity.tolerance["kind"]
    if kind not in kinds:
        raise SystemExit(f"{folder}: no vectors of kind {kind!r} are known, only {[*kinds]}")
    kinds[kind](folder, parity)
    return parity
