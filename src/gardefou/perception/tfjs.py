"""TensorFlow.js graph models as GraphDefs that OpenVINO reads.

A graph model is a JSON file of nodes and a weights file. Three things in it have no counterpart in
OpenVINO's TensorFlow front end: fused convolutions, padding tables kept as sparse tensors, and
resize sizes frozen for one input size. They are rewritten here.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from gardefou.errors import ModelError
from gardefou.perception import graphdef
from gardefou.perception.graphdef import Array, Node

Json = Mapping[str, Any]
"""A parsed JSON object of the graph file, whose layout TensorFlow.js defines."""

_STORED: Final[Mapping[str, str]] = {
    "float32": "<f4",
    "float16": "<f2",
    "int32": "<i4",
    "uint16": "<u2",
    "uint8": "u1",
    "bool": "?",
}
_USED: Final[Mapping[str, str]] = {"float32": "f4", "int32": "i4", "bool": "?"}
_FUSED: Final[Mapping[str, str]] = {
    "_FusedConv2D": "Conv2D",
    "FusedDepthwiseConv2dNative": "DepthwiseConv2dNative",
}
_CONVOLUTION_ATTRIBUTES: Final = ("strides", "padding", "data_format", "dilations")
_FLOAT: Final = {"T": graphdef.type_attribute("DT_FLOAT")}
_LEAKY_SLOPE: Final = 0.2
"""TensorFlow's own default slope of LeakyRelu."""
_CHANNELS: Final = 3
_PICTURE_AXES: Final = 4
_RESIZES: Final = ("ResizeBilinear", "ResizeNearestNeighbor")


@dataclass(frozen=True, slots=True)
class _Operation:
    """One node of the graph file, its attributes as they stand there."""

    name: str
    op: str
    inputs: Sequence[str]
    attributes: Json

    @classmethod
    def read(cls, entry: Json) -> _Operation:
        attributes = entry.get("attr", {})
        public = {name: attributes[name] for name in attributes if not name.startswith("_")}
        return cls(entry["name"], entry["op"], entry.get("input", []), public)

    def node(self, **changed: bytes) -> Node:
        """The same operation as a GraphDef node, with some attributes changed."""
        return Node(self.name, self.op, self.inputs, self.encoded(self.attributes) | changed)

    def encoded(self, names: Iterable[str]) -> dict[str, bytes]:
        """Those of the named attributes that the operation has."""
        return {
            name: _attribute(self.attributes[name]) for name in names if name in self.attributes
        }


def to_graphdef(model: Path) -> bytes:
    """The graph model whose JSON file is ``model``, as a serialised GraphDef of any input size.

    Raises `ModelError` when the file is not a graph model or uses what is not understood here.
    """
    try:
        document = json.loads(model.read_text(encoding="utf-8"))
        weights = _weights(document["weightsManifest"], model.parent)
        operations = [_Operation.read(entry) for entry in document["modelTopology"]["node"]]
        return graphdef.encode(_rewritten(operations, weights))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError("perception.graph.unreadable", path=model, reason=repr(error)) from error


def _rewritten(operations: Sequence[_Operation], weights: dict[str, Array]) -> Iterator[Node]:
    picture = _picture(operations)
    for operation in operations:
        known = all(name in weights for name in operation.inputs)
        if operation.op == "Const":
            yield graphdef.constant(operation.name, weights[operation.name])
        elif operation.op == "Placeholder" and operation.name == picture.name:
            yield operation.node(shape=graphdef.shape(picture.any_size()))
        elif operation.op == "SparseToDense" and known:
            dense = _dense(*(weights[name] for name in operation.inputs))
            weights[operation.name] = dense
            yield graphdef.constant(operation.name, dense)
        elif operation.op in _FUSED:
            yield from _unfused(operation)
        elif operation.op in _RESIZES and operation.inputs[1] in weights:
            yield from _resize_by_input(operation, weights[operation.inputs[1]], picture)
        else:
            yield operation.node()


@dataclass(frozen=True, slots=True)
class _Picture:
    """The graph's picture input: its name, and the shape it was exported for."""

    name: str
    sizes: Sequence[int]

    @property
    def first_axis(self) -> int:
        """Axis of the height; the width follows it."""
        return 2 if self.sizes[1] == _CHANNELS else 1

    @property
    def size(self) -> Sequence[int]:
        """Height and width, px; -1 where the graph leaves them open."""
        return self.sizes[self.first_axis : self.first_axis + 2]

    def any_size(self) -> list[int]:
        """The shape with height and width left open."""
        opened = list(self.sizes)
        opened[self.first_axis : self.first_axis + 2] = [-1, -1]
        return opened


def _picture(operations: Iterable[_Operation]) -> _Picture:
    for operation in operations:
        sizes = _sizes(operation.attributes.get("shape", {}).get("shape", {}))
        if operation.op == "Placeholder" and len(sizes) == _PICTURE_AXES:
            return _Picture(operation.name, sizes)
    raise ValueError("no picture input")


def _resize_by_input(operation: _Operation, frozen: Array, picture: _Picture) -> Iterator[Node]:
    """A resize to a fixed size, made a resize to the same fraction of the graph's input."""
    target = np.array([int(value) for value in frozen.ravel()])
    exported = np.array(picture.size)
    if (exported <= 0).any() or (exported % target).any():
        raise ValueError(f"{operation.name} resizes to {target}, no fraction of {exported}")
    name = operation.name
    parts = [f"{name}/{part}" for part in ("shape", "begin", "end", "step")]
    kind = {"T": graphdef.type_attribute("DT_INT32")}
    yield Node(parts[0], "Shape", [picture.name], _FLOAT | {"out_type": kind["T"]})
    bounds = (picture.first_axis, picture.first_axis + 2, 1)
    for part, value in zip(parts[1:], bounds, strict=True):
        yield graphdef.constant(part, np.array([value], dtype=np.int32))
    yield Node(f"{name}/input", "StridedSlice", parts, kind | {"Index": kind["T"]})
    yield graphdef.constant(f"{name}/divisor", (exported // target).astype(np.int32))
    yield Node(f"{name}/size", "FloorDiv", [f"{name}/input", f"{name}/divisor"], kind)
    inputs = [operation.inputs[0], f"{name}/size"]
    yield Node(name, operation.op, inputs, operation.encoded(operation.attributes))


def _unfused(operation: _Operation) -> Iterator[Node]:
    """A fused convolution as the plain operations it stands for."""
    fused = [_decoded(value).decode() for value in operation.attributes["fused_ops"]["list"]["s"]]
    kept = operation.encoded(_CONVOLUTION_ATTRIBUTES)
    extra = list(operation.inputs[2:])
    names = [f"{operation.name}/step_{step}" for step in range(len(fused))] + [operation.name]
    yield Node(names[0], _FUSED[operation.op], operation.inputs[:2], _FLOAT | kept)
    for kind, source, name in zip(fused, names[:-1], names[1:], strict=True):
        if kind == "BiasAdd":
            yield Node(name, kind, [source, extra.pop(0)], _FLOAT)
        elif kind == "Prelu":
            yield from _prelu(name, source, extra.pop(0))
        elif kind == "LeakyRelu":
            given = operation.encoded(["leakyrelu_alpha"]).get("leakyrelu_alpha")
            slope = given or graphdef.real(_LEAKY_SLOPE)
            yield Node(name, kind, [source], _FLOAT | {"alpha": slope})
        else:
            yield Node(name, kind, [source], _FLOAT)


def _prelu(name: str, source: str, slope: str) -> Iterator[Node]:
    """``max(x, 0) - slope * max(-x, 0)``."""
    positive, negated, negative, scaled = (
        f"{name}/{part}" for part in ("positive", "negated", "negative", "scaled")
    )
    yield Node(positive, "Relu", [source], _FLOAT)
    yield Node(negated, "Neg", [source], _FLOAT)
    yield Node(negative, "Relu", [negated], _FLOAT)
    yield Node(scaled, "Mul", [negative, slope], _FLOAT)
    yield Node(name, "Sub", [positive, scaled], _FLOAT)


def _dense(indices: Array, shape: Array, values: Array, default: Array) -> Array:
    """The array that a constant ``SparseToDense`` makes."""
    array = np.full([int(size) for size in shape.ravel()], default.ravel()[0], dtype=values.dtype)
    if indices.size:
        where = np.asarray(indices).reshape(-1, array.ndim).T
        array[tuple(where)] = values
    return array


def _weights(manifest: Sequence[Json], folder: Path) -> dict[str, Array]:
    arrays: dict[str, Array] = {}
    for group in manifest:
        content = b"".join((folder / name).read_bytes() for name in group["paths"])
        offset = 0
        for entry in group["weights"]:
            array, size = _weight(entry, content, offset)
            arrays[entry["name"]] = array
            offset += size
    return arrays


def _weight(entry: Json, content: bytes, offset: int) -> tuple[Array, int]:
    quantization: Json = entry.get("quantization") or {}
    stored: str = quantization.get("dtype") or entry["dtype"]
    count = int(np.prod(entry["shape"], dtype=np.int64))
    raw = np.frombuffer(content, _STORED[stored], count, offset)
    value = raw
    if stored in ("uint8", "uint16") and quantization:
        value = raw.astype("f4") * quantization["scale"] + quantization["min"]
    return value.astype(_USED[entry["dtype"]]).reshape(entry["shape"]), raw.nbytes


def _attribute(value: Json) -> bytes:
    ((kind, content),) = value.items()
    if kind == "list":
        return _list(content)
    return _SCALARS[kind](content)


def _list(content: Json) -> bytes:
    for kind, encode in _LISTS.items():
        if kind in content:
            return encode(content[kind])
    return graphdef.integers([])


def _decoded(value: str) -> bytes:
    return base64.b64decode(value)


def _sizes(value: Json) -> list[int]:
    return [int(axis.get("size", -1)) for axis in value.get("dim", [])]


_SCALARS: Final[Mapping[str, Callable[[Any], bytes]]] = {
    "s": lambda value: graphdef.text(_decoded(value)),
    "i": lambda value: graphdef.integer(int(value)),
    "f": lambda value: graphdef.real(float(value)),
    "b": graphdef.boolean,
    "type": graphdef.type_attribute,
    "shape": lambda value: graphdef.shape(None if value.get("unknownRank") else _sizes(value)),
}
_LISTS: Final[Mapping[str, Callable[[Any], bytes]]] = {
    "s": lambda values: graphdef.texts(_decoded(value) for value in values),
    "i": lambda values: graphdef.integers(int(value) for value in values),
    "type": graphdef.types,
}
