"""A classifier of the operator's own looks at photos on this machine."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from modera_bot.config import InferenceSettings
from modera_bot.errors import BackendError, Code, Refusal
from modera_bot.images import encode
from modera_bot.ml.classifier import classes_of
from modera_bot.ml.metering import Tally
from modera_bot.ml.moderation import Moderation, moderation_of
from modera_bot.pool import PicturePool

RED, BLUE = (encode(np.full((90, 60, 3), rgb, np.uint8)) for rgb in ((230, 20, 20), (20, 20, 230)))


def write_model(file: Path, classes: int = 2, *, softmax: bool = False) -> None:
    """A model whose last class is the redness of a picture, whose first is its blueness."""
    weights = np.zeros((3, classes), np.float32)
    weights[2, 0] = weights[0, -1] = 5
    nodes = [
        helper.make_node("GlobalAveragePool", ["picture"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["colour"]),
        helper.make_node("MatMul", ["colour", "weights"], ["logits"]),
    ]
    if softmax:
        nodes.append(helper.make_node("Softmax", ["logits"], ["told"]))
    shape, out = [1, 3, 32, 32], "told" if softmax else "logits"
    graph = helper.make_graph(
        nodes,
        "redness",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(out, TensorProto.FLOAT, [1, classes])],
        [numpy_helper.from_array(weights, "weights")],
    )
    opset = helper.make_opsetid("", 17)
    file.write_bytes(
        helper.make_model(graph, ir_version=9, opset_imports=[opset]).SerializeToString()
    )


Make = Callable[..., Moderation]


@pytest.fixture(scope="module")
def pool() -> Iterator[PicturePool]:
    made = PicturePool(workers=1)
    yield made
    made.close()


@pytest.fixture
def make(tmp_path: Path, pool: PicturePool) -> Make:
    def new(
        file: str = "model.onnx", unmoderated: str = "refuse", **classifier: object
    ) -> Moderation:
        given = {"model": tmp_path / file, "side": 32, **classifier}
        settings = InferenceSettings.model_validate(
            {"moderation": "classifier", "unmoderated": unmoderated, "classifier": given}
        )
        return moderation_of(settings, Tally(), pool)

    return new


@pytest.mark.parametrize("softmax", [False, True], ids=["logits", "probabilities"])
def test_what_it_takes_for_a_refused_class_is_refused_and_nothing_else(
    make: Make, tmp_path: Path, softmax: bool
) -> None:
    write_model(tmp_path / "model.onnx", softmax=softmax)
    moderation = make()
    moderation.check([BLUE], set())  # nobody's consent is needed: no photo leaves
    with pytest.raises(Refusal) as caught:
        moderation.check([BLUE, RED], set())
    assert (caught.value.code, caught.value.detail) == (Code.PICTURE_REFUSED, "nsfw")


def test_how_sure_it_must_be_is_the_operators_choice(make: Make, tmp_path: Path) -> None:
    write_model(tmp_path / "model.onnx")
    make(least=0.9999999).check([RED], set())


@pytest.mark.parametrize("unmoderated", ["allow", "refuse"])
@pytest.mark.parametrize("fault", ["missing", "damaged", "other classes", "other size"])
def test_where_it_cannot_look_the_operators_choice_counts(
    make: Make, tmp_path: Path, fault: str, unmoderated: str
) -> None:
    if fault == "damaged":
        (tmp_path / "model.onnx").write_bytes(b"no model")
    elif fault != "missing":
        write_model(tmp_path / "model.onnx", classes=3 if fault == "other classes" else 2)
    moderation = make(unmoderated=unmoderated, side=64 if fault == "other size" else 32)
    if unmoderated == "allow":
        moderation.check([BLUE], set())
    else:
        with pytest.raises(Refusal, match="nobody could look"):
            moderation.check([BLUE], set())


def test_what_is_wrong_names_the_file_and_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    settings = InferenceSettings.model_validate({"classifier": {"model": file, "side": 32}})
    with pytest.raises(BackendError, match=r"model\.onnx") as missing:
        classes_of(RED, settings.classifier)
    assert missing.value.code is Code.MODELS_MISSING
    write_model(file, classes=3)
    with pytest.raises(BackendError, match="3 classes for 2 labels; see"):
        classes_of(RED, settings.classifier)


def test_a_refused_class_that_it_does_not_know_is_a_fault_of_the_configuration() -> None:
    with pytest.raises(ValueError, match="labels has not"):
        InferenceSettings.model_validate({"classifier": {"refused": ["gore"]}})
