"""From trained weights to the OpenVINO network that `gardefou models add --adapter hands` takes.

    python training/weapons/export.py WEIGHTS.npz weapon-hands.xml

The network takes a BGR picture (1, 128, 128, 3), 0..255, and gives (1, 16, 16, 5): the heat of
knife, firearm and bat, 0..1, and the logarithms of the box's width and height in units of 16 px.
"""

from __future__ import annotations

import sys

import numpy as np
import openvino as ov
import openvino.opset13 as op
from layers import KINDS, LAYERS

SIDE = 128
GREY = (0.114, 0.587, 0.299)
"""Shares of blue, green and red in a grey picture (ITU-R BT.601)."""


def build(weights: dict[str, np.ndarray]) -> ov.Model:
    """The network with these weights."""
    picture = op.parameter([1, SIDE, SIDE, 3], np.float32, name="picture")
    x = op.transpose(picture, np.array([0, 3, 1, 2]))
    grey = np.array(GREY, np.float32).reshape(1, 3, 1, 1) / 64
    x = op.add(_convolution(x, grey, 1, 1), np.float32(-2.0))
    for name, _, _, _, stride, dilation, adds in LAYERS:
        kernel = weights[name + ".w"].transpose(3, 2, 0, 1).astype(np.float32)
        bias = weights[name + ".b"].reshape(1, -1, 1, 1).astype(np.float32)
        y = op.add(_convolution(x, kernel, stride, dilation), bias)
        if name == "out":
            x = y
            break
        x = op.relu(op.add(x, y) if adds else y)
    heat, sizes = _parted(x)
    joined = op.concat([op.sigmoid(heat), sizes], 1)
    maps = op.transpose(joined, np.array([0, 2, 3, 1]))
    return ov.Model([maps], [picture], "weapon-hands")


def _parted(x: ov.Node) -> tuple[ov.Node, ov.Node]:
    parts = op.variadic_split(x, np.int64(1), np.array([KINDS, 2], np.int64))
    return parts.output(0), parts.output(1)


def _convolution(x: ov.Node, kernel: np.ndarray, stride: int, dilation: int) -> ov.Node:
    steps, gaps = [stride, stride], [dilation, dilation]
    return op.convolution(x, op.constant(kernel), steps, [0, 0], [0, 0], gaps, "same_upper")


def main() -> None:
    stored = np.load(sys.argv[1])
    ov.save_model(build({name: stored[name] for name in stored.files}), sys.argv[2], compress_to_fp16=True)


if __name__ == "__main__":
    main()
