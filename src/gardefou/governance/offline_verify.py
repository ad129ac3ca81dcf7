"""Verifies an exported journal with nothing but Python 3.9 or later: python3 verify.py [FOLDER].

It checks every byte of every entry, the link of each to the one before, the root of the Merkle tree
(RFC 9162) at every checkpoint, the Ed25519 signatures of the log and its witnesses (RFC 8032), and
the proofs. Give the log's public key as you noted it down earlier with --key; the one in the folder
is only as good as where the folder comes from.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

# Ed25519, RFC 8032, section 5.1 and appendix A: slow and plain, for public data only.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]  # extended coordinates X, Y, Z, T


def add(one: Point, other: Point) -> Point:
    """The sum of two points."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(factor: int, point: Point) -> Point:
    """A multiple of a point."""
    found: Point = (0, 1, 1, 0)
    while factor > 0:
        if factor & 1:
            found = add(found, point)
        point, factor = add(point, point), factor >> 1
    return found


def same(one: Point, other: Point) -> bool:
    """Whether two points are one."""
    return bool(
        (one[0] * other[2] - other[0] * one[2]) % P == 0
        and (one[1] * other[2] - other[1] * one[2]) % P == 0
    )


def decompressed(data: bytes) -> Point | None:
    """The point that 32 bytes stand for, None for none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else (0, y, 1, 0)
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P:
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = decompressed((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a public key (32 bytes) made a signature (64 bytes) of a message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, committed = decompressed(public), decompressed(signature[:32])
    answer = int.from_bytes(signature[32:], "little")
    if key is None or committed is None or BASE is None or answer >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    return same(times(answer, BASE), add(committed, times(challenge, key)))


# Keys, notes and checkpoints (c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature).


class Finding(Exception):  # noqa: N818 - a finding is what it is
    """Something that is not as it must be."""


class Key:
    """A public key in its text form, name+id+base64."""

    def __init__(self, text: str) -> None:
        self.name, key_id, encoded = text.strip().split("+", 2)
        material = base64.b64decode(encoded, validate=True)
        self.kind, self.public = material[0], material[1:]
        seed = self.name.encode() + b"\n" + material
        self.id = hashlib.sha256(seed).digest()[:4]
        if self.id.hex() != key_id:
            raise Finding(f"{text.strip()}: the id is not that of the key")

    def signed(self, text: str, data: bytes) -> bool:
        """Whether it made a signature (without its key id) of a note's text."""
        message = text.encode()
        if self.kind == 4 and len(data) == 72:
            time = int.from_bytes(data[:8], "big")
            message, data = f"cosignature/v1\ntime {time}\n{text}".encode(), data[8:]
        elif self.kind != 1:
            return False
        return ed25519_signed(self.public, message, data)


def read_checkpoint(given: str, log: Key, witnesses: list[Key]) -> tuple[int, bytes, list[str]]:
    """Size, root and the witnesses' names of a checkpoint that the log signed."""
    before, _, signatures = given.rpartition("\n\n")
    text = before + "\n"
    origin, size, root = text.splitlines()
    lines = [line.split(" ") for line in signatures.splitlines()]
    made = [(name, base64.b64decode(encoded, validate=True)) for _, name, encoded in lines]

    def by(key: Key) -> bool:
        ours = [data[4:] for name, data in made if (name, data[:4]) == (key.name, key.id)]
        return bool(ours) and all(key.signed(text, data) for data in ours)

    if origin != log.name or not by(log):
        raise Finding(f"the checkpoint over {size} entries is not signed by {log.name}")
    return int(size), base64.b64decode(root), [key.name for key in witnesses if by(key)]


# The tree (RFC 9162, 2.1), from its leaves and from what stands for pruned ones.


def leaf(data: bytes) -> bytes:
    """Hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Hash of a node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The complete subtrees that a growing tree ends in."""

    def __init__(self) -> None:
        self.parts: list[tuple[int, bytes]] = []
        self.size = 0

    def add(self, root: bytes, level: int = 0) -> None:
        """Add a complete subtree at the end, by default a leaf."""
        self.size += 1 << level
        while self.parts and self.parts[-1][0] == level:
            root, level = node(self.parts.pop()[1], root), level + 1
        self.parts.append((level, root))

    def root(self) -> bytes:
        """Root of the whole tree."""
        if not self.parts:
            return hashlib.sha256().digest()
        found = self.parts[-1][1]
        for _, root in reversed(self.parts[:-1]):
            found = node(root, found)
        return found


def consistent(old: int, old_root: bytes, size: int, root: bytes, proof: list[bytes]) -> bool:
    """Whether a proof shows that one tree begins with another (RFC 9162, 2.1.4.2)."""
    if old == size or old == 0:
        return not proof and old_root == (root if old else hashlib.sha256().digest())
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    if not path or old > size:
        return False
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            first, second = node(sibling, first), node(sibling, second)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            second = node(second, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and (first, second) == (old_root, root)


# The entries.


def canonical(value: Any) -> bytes:
    """Canonical JSON (RFC 8785) of values without fractions."""

    def ordered(each: Any) -> Any:
        if isinstance(each, dict):
            names = sorted(each, key=lambda name: name.encode("utf-16-be"))
            return {name: ordered(each[name]) for name in names}
        return [ordered(item) for item in each] if isinstance(each, list) else each

    return json.dumps(ordered(value), ensure_ascii=False, separators=(",", ":")).encode()


def roots_of_entries(path: Path) -> tuple[dict[int, bytes], int]:
    """The root at each size of the journal that can be computed, and how many were pruned.

    Raises `Finding` with the place at the first byte or link that is wrong.
    """
    tree, roots, before, pruned = Frontier(), {}, "0" * 64, 0
    roots[0] = tree.root()
    offset = 0
    with path.open("rb") as file:
        for number, data in enumerate(file, start=1):
            where = f"{path.name}, line {number} (byte {offset})"
            try:
                line = json.loads(data)
            except ValueError:
                raise Finding(f"{where}: not JSON") from None
            if canonical(line) + b"\n" != data:
                raise Finding(f"{where}: not in its exact form")
            if offset == 0 and "pruned" in line:
                head = line["pruned"]
                for level, root in head["tiles"]:
                    tree.add(bytes.fromhex(root), level)
                    roots[tree.size] = tree.root()
                before, pruned = head["hash"], tree.size
                if pruned != head["seq"]:
                    raise Finding(f"{where}: not as many entries as it says")
            else:
                content = {name: value for name, value in line.items() if name != "hash"}
                if hashlib.sha256(canonical(content)).hexdigest() != line["hash"]:
                    raise Finding(f"{where}: the content of entry {line['seq']} was changed")
                if line["seq"] != tree.size + 1:
                    raise Finding(f"{where}: entry {tree.size + 1} should stand here")
                if line["prev"] != before:
                    raise Finding(f"{where}: entry {line['seq']} does not follow the one before")
                tree.add(leaf(data[:-1]))
                before = line["hash"]
                roots[tree.size] = tree.root()
            offset += len(data)
    return roots, pruned


def verify(folder: Path, noted_key: str | None = None) -> list[str]:
    """Verify an exported folder; what was checked, in words. Raises `Finding`."""
    text = (folder / "log.vkey").read_text(encoding="utf-8").strip()
    if noted_key is not None and text != noted_key.strip():
        raise Finding(f"log.vkey is another key than the one you noted: {text}")
    log = Key(text)
    lines = (folder / "witnesses.txt").read_text(encoding="utf-8").splitlines()
    witnesses = [Key(line) for line in lines if line]
    roots, pruned = roots_of_entries(folder / "journal.jsonl")
    size = max(roots)
    points: dict[int, bytes] = {}
    seen: dict[str, int] = {}
    unknown = 0
    for path in sorted((folder / "checkpoints").glob("*.txt")):
        at, root, names = read_checkpoint(path.read_text(encoding="utf-8"), log, witnesses)
        points[at] = root
        seen.update(dict.fromkeys(names, at))
        if at > size:
            raise Finding(f"{path.name}: {at} entries were signed, {size} are here: the end is cut")
        if at not in roots and at < pruned:
            unknown += 1
        elif roots.get(at) != root:
            raise Finding(f"{path.name}: the entries are not those that were signed")
    proofs = json.loads((folder / "proofs.json").read_text(encoding="utf-8"))
    for each in proofs:
        old, new = each["from"], each["to"]
        path_up = [base64.b64decode(item) for item in each["proof"]]
        if not consistent(old, points[old], new, points[new], path_up):
            raise Finding(f"the proof from {old} to {new} entries does not hold")
    return [
        f"{size - pruned} entries unchanged ({pruned} destroyed at their term before them)",
        f"{len(points)} checkpoints signed by {text}, {len(points) - unknown} held to the entries",
        f"{len(proofs)} proofs of consistency hold",
        *(f"witness {name} cosigned up to {at} entries" for name, at in sorted(seen.items())),
    ]


def main(arguments: list[str]) -> int:
    """Verify the folder named on the command line, by default the one of this file."""
    noted = None
    if "--key" in arguments:
        place = arguments.index("--key")
        noted = arguments[place + 1]
        arguments = arguments[:place] + arguments[place + 2 :]
    folder = Path(arguments[0]) if arguments else Path(__file__).parent
    try:
        for line in verify(folder, noted):
            sys.stdout.write(line + "\n")
    except (Finding, OSError, ValueError, KeyError, TypeError, IndexError) as error:
        sys.stderr.write(f"FINDING: {type(error).__name__}: {error}\n")
        return 1
    sys.stdout.write("verified\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
