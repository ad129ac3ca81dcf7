"""TensorFlow GraphDef messages written by hand: the few protobuf fields that a network needs.

Field numbers come from TensorFlow's graph.proto, node_def.proto, attr_value.proto, tensor.proto
and tensor_shape.proto.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.generic]

DATA_TYPES: Final[Mapping[str, int]] = {
    "DT_FLOAT": 1,
    "DT_INT32": 3,
    "DT_UINT8": 4,
    "DT_INT64": 9,
    "DT_BOOL": 10,
}
"""Numbers of `types.proto` for the element types that occur."""

_NUMPY_TYPES: Final[Mapping[str, str]] = {
    "float32": "DT_FLOAT",
    "int32": "DT_INT32",
    "uint8": "DT_UINT8",
    "int64": "DT_INT64",
    "bool": "DT_BOOL",
}
_PRODUCER_VERSION: Final = 1087
_LENGTH_DELIMITED: Final = 2
_FIXED32: Final = 5


@dataclass(frozen=True, slots=True)
class Node:
    """One operation of a graph; ``attributes`` are encoded `AttrValue` messages by name."""

    name: str
    op: str
    inputs: Sequence[str] = ()
    attributes: Mapping[str, bytes] = field(default_factory=dict)


def encode(nodes: Iterable[Node]) -> bytes:
    """The nodes as a serialised GraphDef."""
    versions = _message(4, _integer(1, _PRODUCER_VERSION))
    return b"".join(_message(1, _node(node)) for node in nodes) + versions


def constant(name: str, value: Array) -> Node:
    """A node that holds an array."""
    kind = _NUMPY_TYPES[value.dtype.name]
    return Node(name, "Const", (), {"dtype": type_attribute(kind), "value": tensor(value)})


def type_attribute(name: str) -> bytes:
    """An element type such as ``DT_FLOAT``."""
    return _integer(6, DATA_TYPES[name])


def text(value: bytes) -> bytes:
    """A string of bytes."""
    return _message(2, value)


def integer(value: int) -> bytes:
    """A whole number."""
    return _integer(3, value)


def real(value: float) -> bytes:
    """A single-precision number."""
    return _varint(4 << 3 | _FIXED32) + struct.pack("<f", value)


def boolean(value: bool) -> bytes:
    """True or false."""
    return _integer(5, int(value))


def shape(sizes: Sequence[int] | None) -> bytes:
    """A tensor shape; None when even the number of axes is unknown, -1 for an unknown size."""
    return _message(7, _integer(3, 1) if sizes is None else _shape(sizes))


def tensor(value: Array) -> bytes:
    """An array."""
    kind = DATA_TYPES[_NUMPY_TYPES[value.dtype.name]]
    content = _message(4, np.ascontiguousarray(value).tobytes())
    return _message(8, _integer(1, kind) + _message(2, _shape(value.shape)) + content)


def integers(values: Iterable[int]) -> bytes:
    """A list of whole numbers."""
    return _message(1, b"".join(_integer(3, value) for value in values))


def texts(values: Iterable[bytes]) -> bytes:
    """A list of strings of bytes."""
    return _message(1, b"".join(_message(2, value) for value in values))


def types(names: Iterable[str]) -> bytes:
    """A list of element types."""
    return _message(1, b"".join(_integer(6, DATA_TYPES[name]) for name in names))


def _node(node: Node) -> bytes:
    parts = [_message(1, node.name.encode()), _message(2, node.op.encode())]
    parts += [_message(3, name.encode()) for name in node.inputs]
    parts += [
        _message(5, _message(1, name.encode()) + _message(2, value))
        for name, value in node.attributes.items()
    ]
    return b"".join(parts)


def _shape(sizes: Sequence[int]) -> bytes:
    return b"".join(_message(2, _integer(1, size)) for size in sizes)


def _message(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _LENGTH_DELIMITED) + _varint(len(content)) + content


def _integer(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    rest = value & (1 << 64) - 1
    encoded = bytearray()
    while rest > 0x7F:
        encoded.append(rest & 0x7F | 0x80)
        rest >>= 7
    encoded.append(rest)
    return bytes(encoded)
