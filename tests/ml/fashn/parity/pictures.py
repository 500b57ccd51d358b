"""What comes before the network, and after it."""

import json
from pathlib import Path

import numpy as np

from modera_bot.ml.fashn import dwpose, prepare
from modera_bot.ml.fashn.dwpose import WholeBodies
from modera_bot.ml.fashn.posemap import NOBODY, Pose, draw
from modera_bot.ml.fashn.prepare import Padding, Size
from tests.ml.fashn.parity.errors import PARSER, Parity

_UPPER, _LOWER = (3, 4, 10), (5, 6, 7)  # top, dress, scarf; skirt, trousers, belt
WORN = {"tops": _UPPER, "bottoms": _LOWER, "one-pieces": _UPPER + _LOWER}


def check_pictures(folder: Path, parity: Parity) -> None:
    for name, case in cases(folder / "fit_pad.npz").items():
        _fit(parity, f"fit_pad.{name}", case)
    sizes = json.loads((folder / "fit_sizes_full_canvas.json").read_text())
    canvas = Size(*sizes.get("canvas_wh", (576, 864)))
    for index, row in enumerate(sizes["rows"]):
        small = prepare.shrunk_size(Size(*row["input_wh"]), canvas)
        fitted, padding = prepare.placement(small, canvas)
        theirs = row["pre_wh"], row["fit_wh"], row["padding_left_top_right_bottom"]
        parity.compare(
            f"sizes.{index}", [*small, *fitted, *padding], [n for t in theirs for n in t]
        )
    values = np.load(folder / "values.npz")
    scaled = prepare.to_input(values["in_uint8"][None])[0, 0, 0]
    parity.compare("values.in", scaled, values["in_scaled"])
    pixels = prepare.to_pixels(values["out_float"][None, None])[0, :, 0]
    parity.compare("values.out", pixels, values["out_uint8"])
    for name, case in cases(folder / "unpad.npz").items():
        pixels, padding = prepare.to_pixels(case["generated"]), Padding(*case["padding_ltrb"])
        parity.compare(f"unpad.{name}.canvas", pixels, case["canvas_uint8"])
        parity.compare(f"unpad.{name}", prepare.without(padding, pixels), case["unpadded_uint8"])
    for name, case in cases(folder / "pose_maps.npz").items():
        ours = draw(pose_of(case), *case["map"].shape)
        parity.compare(f"pose_maps.{name}", ours, case["map"])
    for name, case in cases(folder / "dwpose_post.npz").items():
        _dwpose(parity, f"dwpose.{name}", case)
    for name, case in cases(folder / "masking.npz").items():
        for category in WORN:
            alone = prepare.alone(case["image"], worn(case["seg"], category))
            theirs = case[f"garment.{category}"]
            parity.compare(f"masking.{name}.garment.{category}", alone, theirs)
            parity.left_out[f"masking.{name}.agnostic.{category}"] = PARSER


def worn(labels: np.ndarray, category: str) -> np.ndarray:
    """Where the human parser that the reference used sees a garment of the category."""
    return np.isin(labels, WORN[category])


def cases(file: Path) -> dict[str, dict[str, np.ndarray]]:
    """The arrays of a file by case: "c00.input" is input of c00, and "c00" is c00 of c00."""
    found: dict[str, dict[str, np.ndarray]] = {}
    with np.load(file) as arrays:
        for key in arrays.files:
            case, _, name = key.partition(".")
            found.setdefault(case, {})[name or case] = arrays[key]
    return found


def _fit(parity: Parity, name: str, case: dict[str, np.ndarray]) -> None:
    height, width = case["canvas"].shape[:2]
    canvas = Size(width, height)
    small = prepare.shrink(case["input"], canvas)
    placed, grey = (
        prepare.on_canvas(small, canvas),
        prepare.pose_on_canvas(case["pre_grey"], canvas),
    )
    padding = prepare.placement(prepare.size_of(small), canvas)[1]
    parity.compare(f"{name}.pre", small, case["pre"])
    parity.compare(f"{name}.canvas", placed, case["canvas"])
    parity.compare(f"{name}.padding", padding, case["padding_ltrb"])
    parity.compare(f"{name}.tensor", prepare.to_input(placed), case["tensor"])
    parity.compare(f"{name}.unpadded", prepare.without(padding, placed), case["unpadded"])
    parity.compare(f"{name}.canvas_grey", grey, case["canvas_grey"])
    parity.compare(f"{name}.tensor_grey", prepare.to_input(grey), case["tensor_grey"])


def _dwpose(parity: Parity, name: str, case: dict[str, np.ndarray]) -> None:
    if "keypoints133" in case:
        people = dwpose.with_neck(case["keypoints133"], case["scores133"])
        parity.compare(f"{name}.points", people.points, case["keypoints134"])
        parity.compare(f"{name}.scores", people.scores, case["scores134"])
        return
    height, width = case["hw"].tolist()
    pose = dwpose.to_pose(WholeBodies(case["keypoints"], case["scores"]), height, width)
    for part in ("candidate", "subset", "hands", "faces"):
        parity.compare(f"{name}.{part}", getattr(pose, part), case[part])
    parity.compare(f"{name}.map", draw(pose, height, width), case["map"])


def pose_of(arrays: dict[str, np.ndarray], prefix: str = "") -> Pose:
    """The pose in arrays whose names begin with `prefix`; what is not there is nobody's."""
    return Pose(
        *(
            arrays.get(f"{prefix}{part}", getattr(NOBODY, part))
            for part in ("candidate", "subset", "hands", "faces")
        )
    )
