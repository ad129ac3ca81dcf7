"""A network that changes its order of axes midway is kept in one, and says the same."""

from __future__ import annotations

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from gardefou.perception.channels_first import keep_order

LAST = [0, 2, 3, 1]
FIRST = [0, 3, 1, 2]


def reordered(layer: ov.Output, order: list[int]) -> ov.Output:
    return ops.transpose(layer, ops.constant(order, ov.Type.i64)).output(0)


def network(*, back: bool = True) -> ov.Model:
    """Two layers made larger and added with their channels last, as graphs of TensorFlow do."""
    picture = ops.parameter([1, 4, 6, 10], ov.Type.f32)
    shift = ops.constant(np.arange(4, dtype=np.float32).reshape(1, 1, 1, 4))
    larger = ops.interpolate(
        reordered(picture.output(0), LAST),
        ops.constant([12, 20], ov.Type.i64),
        "linear_onnx",
        "sizes",
        [0, 0, 0, 0],
        [0, 0, 0, 0],
        "half_pixel",
        axes=ops.constant([1, 2], ov.Type.i64),
    )
    total = ops.add(ops.add(larger, shift), larger).output(0)
    result = ops.result(reordered(total, FIRST) if back else total)
    return ov.Model([result], [picture], "reorders")


def orders(model: ov.Model) -> int:
    """How often a layer, rather than a constant, changes its order."""
    return sum(
        node.get_type_name() == "Transpose"
        and node.input_value(0).get_node().get_type_name() != "Constant"
        for node in model.get_ordered_ops()
    )


def answer(model: ov.Model, picture: np.ndarray) -> np.ndarray:
    compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return np.array(compiled([picture])[0])


def test_changes_that_undo_each_other_go_and_the_answer_stays() -> None:
    picture = np.random.default_rng(1).normal(size=(1, 4, 6, 10)).astype(np.float32)
    before, after = network(), network()
    keep_order(after)
    assert orders(before) == 2
    assert orders(after) == 0
    assert np.allclose(answer(before, picture), answer(after, picture), atol=1e-5)


def test_a_change_that_the_output_needs_stays() -> None:
    picture = np.random.default_rng(2).normal(size=(1, 4, 6, 10)).astype(np.float32)
    before, after = network(back=False), network(back=False)
    keep_order(after)
    assert orders(after) == 1
    assert answer(after, picture).shape == (1, 12, 20, 4)
    assert np.allclose(answer(before, picture), answer(after, picture), atol=1e-5)
