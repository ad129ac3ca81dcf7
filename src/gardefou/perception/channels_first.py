"""Networks that change between two orders of axes midway, kept in one order.

A graph that came from TensorFlow resizes and adds with the channels last, between convolutions with
the channels first: every change of order copies a whole layer. Resizing and adding mean the same in
either order, so the changes are moved behind them until two of them undo each other.
"""

from __future__ import annotations

import openvino as ov
from openvino import opset13 as ops

_Order = tuple[int, ...]


def keep_order(model: ov.Model) -> None:
    """Take out, in place, the changes of order that need not be; the outputs mean the same."""
    while any(_step(node) for node in model.get_ordered_ops()):
        pass


def _step(node: ov.Node) -> bool:
    """Move one change of order behind a node, or drop two that undo each other."""
    kind = node.get_type_name()
    if kind == "Interpolate":
        moved = _resized(node)
    elif kind == "Add":
        moved = _added(node)
    elif kind == "Transpose":
        moved = _undone(node)
    else:
        moved = None
    if moved is None:
        return False
    node.output(0).replace(moved)
    return True


def _resized(node: ov.Node) -> ov.Output | None:
    """A resize of a reordered layer as a reordered resize."""
    before, axes = _node(node, 0), _node(node, node.get_input_size() - 1)
    order, given = _order(before), node.get_attributes()
    is_by_size = given["shape_calculation_mode"] == "sizes" and node.get_input_size() == _BY_SIZE
    if order is None or not is_by_size or axes.get_type_name() != "Constant":
        return None
    resized = ops.interpolate(
        before.input_value(0),
        node.input_value(1),
        given["mode"],
        "sizes",
        *(_reordered_pads(given[name], order) for name in ("pads_begin", "pads_end")),
        given["coordinate_transformation_mode"],
        given["nearest_mode"],
        given["antialias"],
        given["cube_coeff"],
        ops.constant([order[int(axis)] for axis in axes.data], ov.Type.i64),
    )
    return _transposed(resized.output(0), order)


_BY_SIZE = 3
"""Inputs of a resize to given sizes: layer, sizes, axes."""


def _reordered_pads(pads: list[int], order: _Order) -> list[int]:
    return [pads[order.index(axis)] for axis in range(len(order))]


def _added(node: ov.Node) -> ov.Output | None:
    """A sum of layers in one other order, or of one and a constant, as a reordered sum."""
    terms = [_node(node, index) for index in range(2)]
    order = _order(terms[0]) or _order(terms[1])
    if order is None:
        return None
    inner = [_before(term, order) for term in terms]
    if inner[0] is None or inner[1] is None:
        return None
    return _transposed(ops.add(inner[0], inner[1]).output(0), order)


def _before(term: ov.Node, order: _Order) -> ov.Output | None:
    """A term as it is before a change of order; None when it went through no such change."""
    if _order(term) == order:
        return term.input_value(0)
    constant = _node(term, 0) if term.get_type_name() == "Convert" else term
    if constant.get_type_name() != "Constant" or len(term.get_output_shape(0)) != len(order):
        return None
    return _transposed(term.output(0), tuple(order.index(axis) for axis in range(len(order))))


def _undone(node: ov.Node) -> ov.Output | None:
    """What a change of order that undoes the one before it gives back."""
    before = _node(node, 0)
    first, second = _order(before), _order(node)
    if first is None or second is None:
        return None
    together = tuple(first[axis] for axis in second)
    return before.input_value(0) if together == tuple(range(len(first))) else None


def _order(node: ov.Node) -> _Order | None:
    """The order of axes that a node changes to; None when it does not."""
    if node.get_type_name() != "Transpose":
        return None
    order = _node(node, 1)
    if order.get_type_name() != "Constant":
        return None
    return tuple(int(axis) for axis in order.data)


def _transposed(layer: ov.Output, order: _Order) -> ov.Output:
    return ops.transpose(layer, ops.constant(list(order), ov.Type.i64)).output(0)


def _node(node: ov.Node, index: int) -> ov.Node:
    return node.input_value(index).get_node()
