"""Outputs of one row a cell, turned to rows right behind the convolution that makes them.

A graph that came from TensorFlow gives what each cell says as a row, and turns its layers to rows
at the very end: after they were split and squashed, channel by channel. Processors keep a layer
with the channels of a cell side by side, so that turned at once it need not be copied at all.
"""

from __future__ import annotations

import openvino as ov
from openvino import opset13 as ops

_TO_ROWS = [0, 2, 1]
"""From [1, C, H * W] to a row a cell."""

_TO_CELLS = [0, 2, 3, 1]
"""The same of [1, C, H, W]."""

_CHANNELS = 1


def turn_early(model: ov.Model) -> None:
    """Turn to rows, in place, as early as it goes; the outputs are the same."""
    while any(_step(node) for node in model.get_ordered_ops()):
        pass


def _step(node: ov.Node) -> bool:
    """Move one turn before the node that it follows."""
    if node.get_type_name() != "Transpose":
        return False
    order, layer = _node(node, 1), _node(node, 0)
    if order.get_type_name() != "Constant":
        return False
    turn, kind = order.data.tolist(), layer.get_type_name()
    moved = None
    if turn == _TO_ROWS and kind == "Reshape":
        moved = _flattened(layer)
    elif turn == _TO_CELLS and kind == "Sigmoid":
        moved = ops.sigmoid(_turned(layer.input_value(0))).output(0)
    elif turn == _TO_CELLS and kind == "VariadicSplit":
        moved = _split(layer, node.input_value(0).get_index())
    if moved is None:
        return False
    node.output(0).replace(moved)
    return True


def _flattened(reshape: ov.Node) -> ov.Output | None:
    """What rows of a flattened layer are: the flattened rows of the layer."""
    before, after = reshape.input_value(0), list(reshape.get_output_shape(0))
    shape = list(before.get_shape())
    if len(shape) != len(_TO_CELLS) or after != [*shape[:2], shape[2] * shape[3]]:
        return None
    rows = ops.constant([after[0], after[2], after[1]], ov.Type.i64)
    return ops.reshape(_turned(before), rows, special_zero=False).output(0)


def _split(split: ov.Node, part: int) -> ov.Output | None:
    """A part of a layer's channels, of the turned layer."""
    axis, lengths = _node(split, 1), split.input_value(2)
    if axis.get_type_name() != "Constant" or int(axis.data) != _CHANNELS:
        return None
    last = ops.constant(len(_TO_CELLS) - 1, ov.Type.i64)
    return ops.variadic_split(_turned(split.input_value(0)), last, lengths).output(part)


def _turned(layer: ov.Output) -> ov.Output:
    return ops.transpose(layer, ops.constant(_TO_CELLS, ov.Type.i64)).output(0)


def _node(node: ov.Node, index: int) -> ov.Node:
    return node.input_value(index).get_node()
