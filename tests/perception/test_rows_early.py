"""Outputs of one row a cell are turned right behind their convolution, and are the same."""

from __future__ import annotations

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from gardefou.perception.rows_early import turn_early

TO_ROWS = [0, 2, 1]
HEIGHT, WIDTH, CHANNELS = 4, 6, 10


def head(order: list[int] = TO_ROWS) -> ov.Model:
    """A convolution whose first channels are scores, each output turned at the end."""
    layer = ops.parameter([1, 3, HEIGHT, WIDTH], ov.Type.f32)
    weights = np.random.default_rng(1).normal(size=(CHANNELS, 3, 1, 1)).astype(np.float32)
    maps = ops.convolution(layer, ops.constant(weights), [1, 1], [0, 0], [0, 0], [1, 1])
    parts = ops.variadic_split(maps, ops.constant(1), ops.constant([7, 3]))
    results = []
    for part in (ops.sigmoid(parts.output(0)).output(0), parts.output(1)):
        shape = ops.constant([1, part.get_shape()[1], HEIGHT * WIDTH], ov.Type.i64)
        rows = ops.transpose(ops.reshape(part, shape, False), ops.constant(order, ov.Type.i64))
        results.append(ops.result(rows))
    return ov.Model(results, [layer], "head")


def before_turns(model: ov.Model) -> set[str]:
    """The kinds of nodes that are turned."""
    return {
        node.input_value(0).get_node().get_type_name()
        for node in model.get_ordered_ops()
        if node.get_type_name() == "Transpose"
    }


def answers(model: ov.Model, layer: np.ndarray) -> list[np.ndarray]:
    compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return [np.array(each) for each in compiled([layer]).values()]


def test_outputs_are_turned_behind_the_convolution_and_are_the_same() -> None:
    layer = np.random.default_rng(2).normal(size=(1, 3, HEIGHT, WIDTH)).astype(np.float32)
    before, after = head(), head()
    turn_early(after)

    assert before_turns(before) == {"Reshape"}
    assert before_turns(after) == {"Convolution"}
    for old, new in zip(answers(before, layer), answers(after, layer), strict=True):
        assert old.shape == new.shape
        assert np.array_equal(old, new)


def test_outputs_in_another_order_stay_as_they_are() -> None:
    model = head([2, 1, 0])
    turn_early(model)

    assert before_turns(model) == {"Reshape"}
