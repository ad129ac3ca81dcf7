"""Downloaded networks made into OpenVINO models: any input size, only the outputs that are used."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import openvino as ov

from gardefou.errors import ModelError
from gardefou.perception.tfjs import to_graphdef

_CHANNELS: Final = 3
_OTHER_SIZE: Final = (320, 576)
"""A height and width that no network is exported for, px."""

CONVERSION: Final = 1
"""Version of the conversion: a model that another version converted is installed again."""


def convert(source: Path, target: Path, outputs: Sequence[str] = (), *, half: bool = True) -> None:
    """Write ``source`` as OpenVINO IR to ``target`` (``.xml``, weights beside it as ``.bin``).

    ``source`` is a TensorFlow.js graph model (``.json``) or what OpenVINO reads itself (``.onnx``,
    ``.xml``). ``outputs`` names the outputs to keep; empty keeps all. ``half`` stores weights in
    half precision. The picture's height and width stay open where the graph allows it.
    Raises `ModelError` when the source cannot be read or lacks an output.
    """
    model = _read(source)
    if outputs:
        model = _cut(model, source, outputs)
    _open_size(model)
    ov.save_model(model, target, compress_to_fp16=half)


def _read(source: Path) -> ov.Model:
    core = ov.Core()
    try:
        if source.suffix != ".json":
            return core.read_model(source)
        graph = to_graphdef(source)
        with tempfile.TemporaryDirectory() as folder:
            frozen = Path(folder) / "graph.pb"
            frozen.write_bytes(graph)
            return core.read_model(frozen)
    except RuntimeError as error:
        raise ModelError("perception.model.unreadable", path=source, reason=error) from error


def _cut(model: ov.Model, source: Path, outputs: Sequence[str]) -> ov.Model:
    """The part of the model that the named outputs need; what only others need is gone."""
    try:
        kept = [model.output(name) for name in outputs]
    except RuntimeError as error:
        raise ModelError(
            "perception.model.no_output", path=source, outputs=", ".join(outputs)
        ) from error
    results = [port.node for port in kept]
    return ov.Model(results, model.get_parameters(), model.friendly_name)


def _open_size(model: ov.Model) -> None:
    """Leave the picture's height and width open, unless the graph holds for one size only."""
    given = model.input().partial_shape
    first = 2 if given[1] == ov.Dimension(_CHANNELS) else 1
    tried, opened = (ov.PartialShape(given) for _ in range(2))
    for shape in (tried, opened):
        shape[0] = 1
    tried[first], tried[first + 1] = _OTHER_SIZE
    opened[first] = opened[first + 1] = ov.Dimension(-1)
    try:
        model.clone().reshape(tried)
    except RuntimeError:
        return
    model.reshape(opened)
