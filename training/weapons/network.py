"""The network: grey crop in, a heat map a kind of weapon and the size of its box out."""

from __future__ import annotations

from typing import Final

import jax
import jax.numpy as jnp
import numpy as np

KINDS: Final = 3
STRIDE: Final = 8
"""One cell of the maps, px of the crop."""

SIZE_UNIT: Final = 16.0
"""Box sizes are learned as logarithms of multiples of this, px."""

Weights = dict[str, jax.Array]

LAYERS: Final = (
    # name, window, from, to, stride, dilation, adds its input
    ("c1", 5, 1, 16, 2, 1, False),
    ("c2", 3, 16, 32, 2, 1, False),
    ("r1", 3, 32, 32, 1, 1, True),
    ("c3", 3, 32, 48, 2, 1, False),
    ("r2", 3, 48, 48, 1, 1, True),
    ("r3", 3, 48, 48, 1, 2, True),
    ("r4", 3, 48, 48, 1, 1, True),
    ("h1", 3, 48, 48, 1, 1, False),
    ("out", 1, 48, KINDS + 2, 1, 1, False),
)
RARE: Final = -3.5
"""First bias of the heat maps: weapons are rare in a picture's cells."""


def fresh(seed: int) -> Weights:
    """Weights before training."""
    rng = np.random.default_rng(seed)
    weights: Weights = {}
    for name, window, into, out, _, _, adds in LAYERS:
        scale = np.sqrt(2 / (window * window * into)) * (0.3 if adds else 1.0)
        weights[name + ".w"] = jnp.asarray(rng.normal(0, scale, (window, window, into, out)), jnp.float32)
        weights[name + ".b"] = jnp.zeros(out)
    weights["out.w"] *= 0.1
    weights["out.b"] = weights["out.b"].at[:KINDS].set(RARE)
    return weights


def forward(weights: Weights, grey: jax.Array) -> jax.Array:
    """[B, 160, 160, 1] grey 0..255 -> [B, 20, 20, 5]: three logits, two log sizes."""
    x = (grey - 128.0) / 64.0
    for name, _, _, _, stride, dilation, adds in LAYERS:
        y = jax.lax.conv_general_dilated(
            x, weights[name + ".w"], (stride, stride), "SAME", rhs_dilation=(dilation, dilation),
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
        ) + weights[name + ".b"]
        if name == "out":
            return y
        x = jax.nn.relu(x + y if adds else y)
    raise AssertionError("the last layer is named out")
