"""`scripts/parity FOLDER`."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from tests.ml.fashn.parity import check


def main() -> None:
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "tolerance.json").is_file():
        raise SystemExit("usage: scripts/parity FOLDER (of vectors, with a tolerance.json)")
    parity = check(Path(sys.argv[1]))
    print(json.dumps(asdict(parity), indent=1))
    if parity.failed:
        raise SystemExit(f"{len(parity.failed)} of {len(parity.errors)} arrays are too far off")


main()
