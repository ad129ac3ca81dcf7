"""A network compiled by OpenVINO for the input sizes that its pictures need."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import LifoQueue
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
import openvino as ov
from openvino.preprocess import ColorFormat, PrePostProcessor

from gardefou.geometry.arrays import Image, Size
from gardefou.perception.adapters.adapter import Outputs, Preprocessing
from gardefou.perception.channels_first import keep_order
from gardefou.perception.input_shape import Placement, input_shape
from gardefou.perception.rows_early import turn_early

Result = TypeVar("Result")

_CHANNELS: Final = 3


class Network:
    """One model, compiled once for each input size, callable from several threads.

    ``pixels`` bounds the input's area when the model takes any size. ``threads`` pictures at most
    are inferred at once, one on each processor thread. ``precision`` is ``"bf16"``, ``"f32"`` or
    None for what the processor does best.
    """

    def __init__(
        self,
        model: ov.Model,
        preprocessing: Preprocessing,
        *,
        pixels: int,
        threads: int,
        precision: str | None = None,
    ) -> None:
        self._core = ov.Core()
        self._model = model
        self._preprocessing = preprocessing
        self._pixels = pixels
        self._threads = threads
        self._options: dict[str, object] = {
            "PERFORMANCE_HINT": "THROUGHPUT",
            "NUM_STREAMS": threads,
            "INFERENCE_NUM_THREADS": threads,
        }
        if precision is not None:
            self._options["INFERENCE_PRECISION_HINT"] = precision
        self._compiled: dict[Size, _Compiled] = {}
        self._lock = threading.Lock()

    @property
    def fixed_size(self) -> Size | None:
        """The only input size the model takes, or None when it takes any."""
        shape = self._model.input().partial_shape
        if shape.is_dynamic:
            return None
        height, width = (2, 3) if _channels_first(self._model) else (1, 2)
        return shape[width].get_length(), shape[height].get_length()

    def placement(self, picture: Size) -> Placement:
        """How a picture of this size is laid into the network's input."""
        fixed = self.fixed_size
        if fixed is not None:
            return Placement.within(picture, fixed)
        return Placement.filling(picture, input_shape(picture, self._pixels))

    def infer(self, image: Image, read: Callable[[Outputs], Result]) -> Result:
        """What ``read`` makes of the outputs for an input picture [H, W, 3].

        The picture has the size of its placement's input. The outputs are valid only while
        ``read`` runs: they are not copied.
        """
        return self._for_size((image.shape[1], image.shape[0])).infer(image, read)

    def precision(self, picture: Size) -> str:
        """Number format in which pictures of this size are inferred, such as ``"bf16"``."""
        return self._for_size(self.placement(picture).input).precision

    def _for_size(self, size: Size) -> _Compiled:
        with self._lock:
            if size not in self._compiled:
                model = _with_preprocessing(self._model, self._preprocessing, size)
                compiled = self._core.compile_model(model, "CPU", self._options)
                self._compiled[size] = _Compiled(compiled, self._threads)
            return self._compiled[size]


class _Compiled:
    """A compiled model and its requests, lent to one caller at a time.

    Each request keeps its own input tensor, and has run once before it is lent: OpenVINO's Python
    binding fills tables of element types on first use, and two threads that do so at once wait
    for each other for ever (seen with 2026.4).
    """

    def __init__(self, model: ov.CompiledModel, requests: int) -> None:
        self.precision: str = model.get_property("INFERENCE_PRECISION_HINT").get_type_name()
        self._idle: LifoQueue[_Request] = LifoQueue()
        for _ in range(requests):
            self._idle.put(_Request(model))

    def infer(self, image: Image, read: Callable[[Outputs], Result]) -> Result:
        request = self._idle.get()
        try:
            return read(request.run(image))
        finally:
            self._idle.put(request)


class _Request:
    """One inference at a time: its input is written in place, its outputs are read in place."""

    def __init__(self, model: ov.CompiledModel) -> None:
        self._request = model.create_infer_request()
        self._input: npt.NDArray[np.uint8] = self._request.get_input_tensor().data
        self._input[...] = 0
        self._request.start_async()
        self._request.wait()
        tensors = [self._request.get_tensor(output) for output in model.outputs]
        self._outputs = [np.asarray(tensor.data) for tensor in tensors]

    def run(self, image: Image) -> Outputs:
        """The outputs for a picture [H, W, 3], valid until the next run."""
        if image.shape != self._input.shape[1:]:
            raise ValueError(f"the input takes {self._input.shape[1:]}, not {image.shape}")
        self._input[0] = image
        self._request.start_async()
        self._request.wait()
        return self._outputs


def _channels_first(model: ov.Model) -> bool:
    axis = model.input().partial_shape[1]
    return bool(axis.is_static and axis.get_length() == _CHANNELS)


def _with_preprocessing(model: ov.Model, preprocessing: Preprocessing, size: Size) -> ov.Model:
    """The model for one size, taking a BGR picture of bytes (1, H, W, 3)."""
    sized = model.clone()
    width, height = size
    first = _channels_first(sized)
    sized.reshape([1, _CHANNELS, height, width] if first else [1, height, width, _CHANNELS])
    keep_order(sized)
    turn_early(sized)
    steps = PrePostProcessor(sized)
    entry = steps.input()
    entry.tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    entry.tensor().set_color_format(ColorFormat.BGR)
    entry.model().set_layout(ov.Layout("NCHW" if first else "NHWC"))
    if preprocessing.rgb:
        entry.preprocess().convert_color(ColorFormat.RGB)
    entry.preprocess().convert_element_type(ov.Type.f32)
    if preprocessing.mean is not None:
        entry.preprocess().mean(list(preprocessing.mean))
    if preprocessing.scale is not None:
        entry.preprocess().scale(list(preprocessing.scale))
    return steps.build()
