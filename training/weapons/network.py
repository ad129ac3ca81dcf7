"""The network: grey crop in, a heat map a kind of weapon and the size of its box out."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from layers import KINDS, LAYERS
from torch import nn
from torch.nn import functional

RARE: Final = -3.5
"""First bias of the heat maps: weapons are rare in a picture's cells."""


class WeaponNetwork(nn.Module):
    """[B, 1, 128, 128] grey 0..255 -> [B, 5, 16, 16]: three logits, two log sizes."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = nn.ModuleDict()
        for name, window, into, out, stride, dilation, adds in LAYERS:
            part = nn.Conv2d(into, out, window, stride, dilation=dilation)
            nn.init.kaiming_normal_(part.weight)
            with torch.no_grad():
                part.weight *= 0.3 if adds else 0.1 if name == "out" else 1.0
                part.bias.zero_()
                if name == "out":
                    part.bias[:KINDS] = RARE
            self.parts[name] = part

    def forward(self, grey: torch.Tensor) -> torch.Tensor:
        x = (grey - 128.0) / 64.0
        for name, window, _, _, stride, dilation, adds in LAYERS:
            whole = (window - 1) * dilation + 1 - stride
            before = whole // 2
            padded = functional.pad(x, (before, whole - before, before, whole - before))
            y = self.parts[name](padded)
            if name == "out":
                return y
            x = torch.relu(x + y if adds else y)
        raise AssertionError("the last layer is named out")

    def stored(self) -> dict[str, np.ndarray]:
        """The weights as arrays: kernels [height, width, from, to], biases."""
        out = {}
        for name, part in self.parts.items():
            out[name + ".w"] = part.weight.detach().float().numpy().transpose(2, 3, 1, 0)
            out[name + ".b"] = part.bias.detach().float().numpy()
        return out

    def restore(self, stored: dict[str, np.ndarray]) -> None:
        """Take weights that `stored` gave."""
        with torch.no_grad():
            for name, part in self.parts.items():
                kernel = np.ascontiguousarray(stored[name + ".w"].transpose(3, 2, 0, 1))
                part.weight.copy_(torch.from_numpy(kernel))
                part.bias.copy_(torch.from_numpy(np.array(stored[name + ".b"])))
