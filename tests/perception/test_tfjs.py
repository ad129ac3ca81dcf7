"""A TensorFlow.js graph model becomes an OpenVINO model that computes the same."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import openvino as ov
import pytest

from gardefou.errors import ModelError
from gardefou.geometry.arrays import Floats
from gardefou.perception import tfjs
from gardefou.perception.convert import convert
from gardefou.perception.graphdef import Array

EXACT = {"INFERENCE_PRECISION_HINT": "f32"}


def compiled(path: Path, *shape: int) -> ov.CompiledModel:
    model = ov.Core().read_model(path)
    model.reshape(list(shape))
    return ov.Core().compile_model(model, "CPU", EXACT)


def text(value: str) -> dict[str, str]:
    return {"s": base64.b64encode(value.encode()).decode()}


def node(name: str, op: str, *inputs: str, **attr: object) -> dict[str, object]:
    return {"name": name, "op": op, "input": list(inputs), "attr": attr}


def write(folder: Path, nodes: list[dict[str, object]], weights: Mapping[str, Array]) -> Path:
    constants = [
        node(name, "Const", dtype={"type": kind(value)}) for name, value in weights.items()
    ]
    manifest = [
        {"name": name, "shape": list(value.shape), "dtype": value.dtype.name}
        for name, value in weights.items()
    ]
    (folder / "graph.bin").write_bytes(b"".join(value.tobytes() for value in weights.values()))
    document = {
        "modelTopology": {"node": constants + nodes},
        "weightsManifest": [{"paths": ["graph.bin"], "weights": manifest}],
    }
    path = folder / "graph.json"
    path.write_text(json.dumps(document))
    return path


def kind(value: Array) -> str:
    return {"float32": "DT_FLOAT", "int32": "DT_INT32"}[value.dtype.name]


def picture_input(height: int, width: int) -> dict[str, object]:
    sizes = [{"size": str(size)} for size in (1, height, width, 3)]
    return node(
        "picture", "Placeholder", dtype={"type": "DT_FLOAT"}, shape={"shape": {"dim": sizes}}
    )


def fused_convolution(*fused: str, inputs: tuple[str, ...]) -> dict[str, object]:
    return node(
        "out",
        "_FusedConv2D",
        *inputs,
        T={"type": "DT_FLOAT"},
        strides={"list": {"i": ["1", "1", "1", "1"]}},
        padding=text("SAME"),
        data_format=text("NHWC"),
        dilations={"list": {"i": ["1", "1", "1", "1"]}},
        fused_ops={"list": {"s": [text(name)["s"] for name in fused]}},
    )


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        ("Prelu", lambda x: np.where(x > 0, x, 0.25 * x)),
        ("LeakyRelu", lambda x: np.where(x > 0, x, 0.2 * x)),
        ("Relu6", lambda x: np.clip(x, 0, 6)),
    ],
)
def test_a_fused_convolution_is_taken_apart(
    tmp_path: Path, activation: str, expected: Callable[[Floats], Floats]
) -> None:
    rng = np.random.default_rng(1)
    weights = {
        "kernel": rng.normal(size=(1, 1, 3, 4)).astype(np.float32),
        "bias": rng.normal(size=4).astype(np.float32),
        "slope": np.full(4, 0.25, dtype=np.float32),
    }
    inputs = ("picture", "kernel", "bias", *(["slope"] if activation == "Prelu" else []))
    nodes = [picture_input(8, 8), fused_convolution("BiasAdd", activation, inputs=inputs)]
    convert(write(tmp_path, nodes, weights), tmp_path / "out.xml", half=False)
    picture = rng.normal(size=(1, 8, 8, 3)).astype(np.float32)
    result = compiled(tmp_path / "out.xml", 1, 8, 8, 3)(picture)[0]
    plain = picture @ weights["kernel"][0, 0] + weights["bias"]
    np.testing.assert_allclose(result, expected(plain.astype(np.float64)), atol=1e-5)


def test_a_resize_follows_the_size_of_the_input(tmp_path: Path) -> None:
    resize = node(
        "out",
        "ResizeBilinear",
        "picture",
        "size",
        T={"type": "DT_FLOAT"},
        half_pixel_centers={"b": True},
        align_corners={"b": False},
    )
    weights = {"size": np.array([32, 32], dtype=np.int32)}
    source = write(tmp_path, [picture_input(64, 64), resize], weights)
    convert(source, tmp_path / "out.xml")
    picture = np.full((1, 96, 160, 3), 0.5, dtype=np.float32)
    result = compiled(tmp_path / "out.xml", 1, 96, 160, 3)(picture)[0]
    assert result.shape == (1, 48, 80, 3)


def test_a_size_that_is_no_fraction_of_the_input_is_refused(tmp_path: Path) -> None:
    resize = node("out", "ResizeBilinear", "picture", "size", T={"type": "DT_FLOAT"})
    weights = {"size": np.array([30, 30], dtype=np.int32)}
    with pytest.raises(ModelError, match="out resizes to"):
        tfjs.to_graphdef(write(tmp_path, [picture_input(64, 64), resize], weights))


def test_quantised_weights_regain_their_values(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(bytes([0, 255]))
    entry = {
        "name": "w",
        "shape": [2],
        "dtype": "float32",
        "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1.0},
    }
    weights = tfjs._weights([{"paths": ["w.bin"], "weights": [entry]}], tmp_path)
    assert weights["w"].tolist() == [-1.0, 126.5]


def test_a_file_that_is_no_graph_model_is_named(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text("{}")
    with pytest.raises(ModelError, match=r"model\.json"):
        tfjs.to_graphdef(path)


@pytest.mark.parametrize(("height", "width"), [(256, 416), (480, 640), (416, 416)])
def test_one_conversion_serves_every_size(
    tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch, height: int, width: int
) -> None:
    """The open graph equals the same graph with its sizes rewritten by hand for one input."""
    source = models_dir / "nanodet-g" / "nanodet.json"
    convert(source, tmp_path / "open.xml", half=False)
    monkeypatch.setattr(tfjs, "_RESIZES", ())
    fixed = frozen_for(source, tmp_path, height, width)
    (tmp_path / "fixed.pb").write_bytes(tfjs.to_graphdef(fixed))
    picture = np.random.default_rng(2).normal(size=(1, 3, height, width)).astype(np.float32)
    ours = compiled(tmp_path / "open.xml", *picture.shape)(picture)
    theirs = compiled(tmp_path / "fixed.pb", *picture.shape)(picture)
    for output in ours:
        np.testing.assert_allclose(ours[output], theirs[output.any_name], atol=1e-5)


def frozen_for(source: Path, folder: Path, height: int, width: int) -> Path:
    """A copy of NanoDet-g whose constant resize sizes suit an input of height x width."""
    document = json.loads(source.read_text())
    nodes = document["modelTopology"]["node"]
    sizes = {entry["input"][1] for entry in nodes if entry["op"].startswith("Resize")}
    (group,) = document["weightsManifest"]
    content = bytearray((source.parent / group["paths"][0]).read_bytes())
    offset = 0
    for entry in group["weights"]:
        stored = entry.get("quantization", {}).get("dtype", entry["dtype"])
        length = int(np.prod(entry["shape"])) * {"int32": 4, "float16": 2, "float32": 4}[stored]
        if entry["name"] in sizes:
            before = np.frombuffer(bytes(content[offset : offset + length]), np.int32)
            after = np.array([height, width]) // (416 // before)
            content[offset : offset + length] = after.astype(np.int32).tobytes()
        offset += length
    (folder / group["paths"][0]).write_bytes(bytes(content))
    copy = folder / "fixed.json"
    copy.write_text(json.dumps(document))
    return copy
