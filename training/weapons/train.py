"""Train the network that looks for weapons near hands, on drawn weapons and real people.

    python training/weapons/train.py PEOPLE.npz WEIGHTS.npz [--minutes 15] [--seed 0]

PEOPLE.npz: `people.py` makes it from clips whose licence allows training. Needs `jax` and `optax`,
which the project itself does not need.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
from network import KINDS, SIZE_UNIT, STRIDE, Weights, forward, fresh
from scenes import SIDE, Person, sample

BATCH = 32
CELLS = SIDE // STRIDE
LEARNING_RATE = 1.5e-3


def load_people(path: Path) -> list[list[Person]]:
    """People by clip."""
    stored = np.load(path, allow_pickle=False)
    clips: dict[str, list[Person]] = {}
    for index, clip in enumerate(stored["clips"]):
        x, y, w, h = stored["places"][index]
        picture = stored[f"picture{index}"]
        clips.setdefault(str(clip), []).append(Person(picture, (x, y, x + w, y + h)))
    return list(clips.values())


def target(box: tuple[float, float, float, float], kind: int) -> np.ndarray:
    """The map to learn [20, 20, 6]: heat a kind, log width, log height, whether sizes count."""
    out = np.zeros((CELLS, CELLS, KINDS + 3), np.float32)
    if kind < 0:
        return out
    x1, y1, x2, y2 = box
    centre = np.array([(x1 + x2) / 2, (y1 + y2) / 2]) / STRIDE - 0.5
    spread = np.clip(np.array([x2 - x1, y2 - y1]) / STRIDE / 4, 0.5, 2.5)
    columns, rows = np.meshgrid(np.arange(CELLS), np.arange(CELLS))
    column, row = np.clip(np.round(centre).astype(int), 0, CELLS - 1)
    far = ((columns - column) / spread[0]) ** 2 + ((rows - row) / spread[1]) ** 2
    out[..., kind] = np.exp(-far / 2)
    out[row, column, KINDS : KINDS + 2] = np.log(np.array([x2 - x1, y2 - y1]) / SIZE_UNIT)
    out[row, column, KINDS + 2] = 1
    return out


def produce(queue: multiprocessing.Queue, path: Path, seed: int) -> None:
    """Draw batches for ever."""
    rng = np.random.default_rng(seed)
    clips = load_people(path)
    shares = np.sqrt([len(clip) for clip in clips])
    shares /= shares.sum()
    while True:
        drawn = []
        for which in rng.choice(len(clips), BATCH, p=shares):
            drawn.append(sample(rng, clips[which][rng.integers(len(clips[which]))]))
        queue.put((np.stack([each.grey for each in drawn])[..., None],
                   np.stack([target(each.box, each.kind) for each in drawn])))


def loss(weights: Weights, grey: jax.Array, wanted: jax.Array) -> jax.Array:
    """The penalty-reduced focal loss of CenterNet (Zhou et al., 2019) and an L1 loss of sizes."""
    maps = forward(weights, grey.astype(jnp.float32))
    logits, heat = maps[..., :KINDS], wanted[..., :KINDS]
    sure = jax.nn.sigmoid(logits)
    hit = heat > 0.99
    gain = jnp.where(hit, (1 - sure) ** 2 * jax.nn.log_sigmoid(logits),
                     (1 - heat) ** 4 * sure**2 * jax.nn.log_sigmoid(-logits))
    counts = wanted[..., KINDS + 2]
    sizes = (jnp.abs(maps[..., KINDS:] - wanted[..., KINDS : KINDS + 2]).sum(-1) * counts).sum()
    return (-gain.sum() + 0.3 * sizes) / jnp.maximum(counts.sum(), 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("people", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    queue: multiprocessing.Queue = multiprocessing.Queue(16)
    painter = multiprocessing.Process(
        target=produce, args=(queue, arguments.people, arguments.seed), daemon=True
    )
    painter.start()
    weights = fresh(arguments.seed)
    optimiser = optax.inject_hyperparams(optax.adam)(learning_rate=LEARNING_RATE)
    state = optimiser.init(weights)

    @jax.jit
    def step(weights, state, grey, wanted):  # type: ignore[no-untyped-def]
        value, slope = jax.value_and_grad(loss)(weights, grey, wanted)
        slope = jax.tree.map(lambda g: jnp.clip(g, -1.0, 1.0), slope)
        change, state = optimiser.update(slope, state)
        return optax.apply_updates(weights, change), state, value

    started, steps, mean = time.monotonic(), 0, 0.0
    while (done := (time.monotonic() - started) / (arguments.minutes * 60)) < 1:
        rate = LEARNING_RATE * min(1, steps / 100 + 0.05) * (0.5 + 0.5 * np.cos(np.pi * done))
        state.hyperparams["learning_rate"] = jnp.asarray(max(rate, 1e-5))
        grey, wanted = queue.get()
        weights, state, value = step(weights, state, grey, wanted)
        mean += (float(value) - mean) * (0.02 if steps else 1.0)
        steps += 1
        if steps % 200 == 0:
            print(f"{done:.2f} steps {steps} loss {mean:.3f}", flush=True)
            np.savez(arguments.weights, **{name: np.asarray(each) for name, each in weights.items()})
    np.savez(arguments.weights, **{name: np.asarray(each) for name, each in weights.items()})
    painter.terminate()


if __name__ == "__main__":
    main()
