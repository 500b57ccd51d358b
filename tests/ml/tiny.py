"""`scripts/make_tiny_models FOLDER`: tiny local models beside the networks that see people."""

import sys
from pathlib import Path

from tests.ml.fashn import tiny as fashn
from tests.ml.vlm import tiny as vlm


def main() -> None:
    folder, real = (Path(argument) for argument in sys.argv[1:])
    fashn.write_model(folder / "fashn")
    vlm.write_model(folder / "vlm")
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    (folder / "body").symlink_to(real.resolve() / "body")
    print(f"{folder}: {size / 1e6:.1f} MB; to run on it:")
    print(f"export MODERA_MODELS={folder} MODERA_INFERENCE__VLM__FOLDER={folder / 'vlm'}")


if __name__ == "__main__":
    main()
