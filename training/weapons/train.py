"""Train the network that looks for weapons near hands, on drawn weapons and real people.

    python training/weapons/train.py PEOPLE.npz WEIGHTS.npz [--minutes 15] [--seed 0]

PEOPLE.npz: `people.py` makes it from clips whose licence allows training. Needs `torch`,
which the project itself does not need.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from pathlib import Path

import numpy as np
import torch
from layers import KINDS, SIZE_UNIT, STRIDE
from network import WeaponNetwork
from scenes import SIDE, Person, sample
from torch.nn import functional

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
    """The map to learn [16, 16, 6]: heat a kind, log width, log height, whether sizes count."""
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
        wanted = np.stack([target(each.box, each.kind) for each in drawn])
        queue.put((np.stack([each.grey for each in drawn])[:, None], wanted.transpose(0, 3, 1, 2).copy()))


def loss(maps: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """The penalty-reduced focal loss of CenterNet (Zhou et al., 2019) and an L1 loss of sizes."""
    logits, heat = maps[:, :KINDS], wanted[:, :KINDS]
    sure, hit = torch.sigmoid(logits), heat > 0.99
    found = (1 - sure) ** 2 * functional.logsigmoid(logits)
    refused = (1 - heat) ** 4 * sure**2 * functional.logsigmoid(-logits)
    counts = wanted[:, KINDS + 2]
    sizes = (maps[:, KINDS:] - wanted[:, KINDS : KINDS + 2]).abs().sum(1) * counts
    return (0.3 * sizes.sum() - torch.where(hit, found, refused).sum()) / counts.sum().clamp(min=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("people", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path, help="weights to go on from")
    parser.add_argument("--painters", type=int, default=1, help="processes that draw")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    queue: multiprocessing.Queue = multiprocessing.Queue(16)
    painters = [
        multiprocessing.Process(
            target=produce, args=(queue, arguments.people, arguments.seed + each), daemon=True
        )
        for each in range(arguments.painters)
    ]
    for painter in painters:
        painter.start()
    network = WeaponNetwork().to(memory_format=torch.channels_last)
    if arguments.start:
        network.restore(dict(np.load(arguments.start)))
    optimiser = torch.optim.Adam(network.parameters(), LEARNING_RATE)
    started, steps, mean = time.monotonic(), 0, 0.0
    while (done := (time.monotonic() - started) / (arguments.minutes * 60)) < 1:
        rate = LEARNING_RATE * min(1, steps / 100 + 0.05) * (0.5 + 0.5 * np.cos(np.pi * done))
        optimiser.param_groups[0]["lr"] = max(rate, 1e-5)
        grey, wanted = (torch.from_numpy(each) for each in queue.get())
        with torch.autocast("cpu", torch.bfloat16):
            maps = network(grey.float().contiguous(memory_format=torch.channels_last))
        value = loss(maps.float(), wanted)
        optimiser.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        optimiser.step()
        mean += (value.item() - mean) * (0.02 if steps else 1.0)
        steps += 1
        if steps % 100 == 0:
            print(f"{done:.2f} steps {steps} loss {mean:.3f}", flush=True)
            np.savez(arguments.weights, **network.stored())
    np.savez(arguments.weights, **network.stored())
    for painter in painters:
        painter.terminate()


if __name__ == "__main__":
    main()
