"""The Merkle tree of a transparency log (RFC 9162, section 2.1): roots and proofs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

HASH_BYTES: Final = 32

EMPTY_ROOT: Final = hashlib.sha256().digest()
"""Root of a tree without leaves."""


class PrunedError(LookupError):
    """What was asked for lies within entries that were pruned, and no root of it was kept."""


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf: SHA-256 of a zero byte and the leaf's data (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of a node over its two children: SHA-256 of a one byte and both (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Tile:
    """A complete subtree that stands for the leaves under it.

    It covers the ``2 ** level`` leaves from ``index * 2 ** level`` on.
    """

    level: int
    index: int
    root: bytes

    @property
    def end(self) -> int:
        """The first leaf after it."""
        return (self.index + 1) << self.level


class MerkleTree:
    """A tree that grows at its end and remembers every complete subtree.

    ``pruned`` the tiles that stand for leaves no longer known, as `tiles` gave them; the next leaf
    appended follows the last of them. Raises `ValueError` when they leave a gap.

    >>> tree = MerkleTree()
    >>> for letter in (b"a", b"b", b"c"):
    ...     tree.append(leaf_hash(letter))
    >>> verify_inclusion(leaf_hash(b"b"), 1, 3, tree.inclusion(1), tree.root())
    True
    """

    def __init__(self, pruned: Iterable[Tile] = ()) -> None:
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._first = 0
        for tile in pruned:
            if tile.index << tile.level != self._first or len(tile.root) != HASH_BYTES:
                raise ValueError(f"a gap or overlap after leaf {self._first}")
            self._tiles[tile.level, tile.index] = tile.root
            self._first = tile.end
        self._levels: list[bytearray] = []
        self.size = self._first

    @property
    def pruned(self) -> int:
        """How many leaves are known by their tiles only."""
        return self._first

    def append(self, leaf: bytes) -> None:
        """Add the hash of a leaf, as `leaf_hash` gives it."""
        level, index, hashed = 0, self.size, leaf
        self._put(level, hashed)
        while index & 1:
            hashed = node_hash(self._node(level, index - 1), hashed)
            level, index = level + 1, index >> 1
            self._put(level, hashed)
        self.size += 1

    def root(self, size: int | None = None) -> bytes:
        """Root of the first ``size`` leaves, by default of all (RFC 9162, 2.1.1).

        Raises `PrunedError` for a size within the pruned part whose boundary was not kept.
        """
        size = self.size if size is None else size
        self._check(0, size)
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Proof that leaf ``index`` (from 0) is in the tree of ``size`` (RFC 9162, 2.1.3.1)."""
        size = self.size if size is None else size
        self._check(index + 1, size)
        low, high, path = 0, size, []
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self._range(middle, high))
                high = middle
            else:
                path.append(self._range(low, middle))
                low = middle
        return path[::-1]

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        """Proof that the tree of ``size`` begins with the tree of ``old`` (RFC 9162, 2.1.4.1).

        Empty when ``old`` is 0 or ``size``: there is nothing to prove beside the roots themselves.
        """
        size = self.size if size is None else size
        self._check(old, size)
        if old in (0, size):
            return []
        low, high, whole, path = 0, size, True, []
        while old != high:
            middle = low + _split(high - low)
            if old <= middle:
                path.append(self._range(middle, high))
                high = middle
            else:
                path.append(self._range(low, middle))
                low, whole = middle, False
        if not whole:
            path.append(self._range(low, high))
        return path[::-1]

    def tiles(self, boundaries: Iterable[int]) -> list[Tile]:
        """The fewest complete subtrees from which the roots at each boundary can be computed.

        They cover the leaves up to the last boundary, in order. What is kept allows a proof of
        consistency from any boundary to any later size, and of inclusion for any later leaf.
        """
        found, low = [], 0
        for boundary in sorted(set(boundaries)):
            while low < boundary:
                level = (boundary - low).bit_length() - 1
                if low:
                    level = min(level, (low & -low).bit_length() - 1)
                found.append(Tile(level, low >> level, self._node(level, low >> level)))
                low += 1 << level
        return found

    def _put(self, level: int, hashed: bytes) -> None:
        if level == len(self._levels):
            self._levels.append(bytearray())
        self._levels[level] += hashed

    def _node(self, level: int, index: int) -> bytes:
        """Root of a complete subtree."""
        place = (index - (self._first >> level)) * HASH_BYTES
        if level < len(self._levels) and 0 <= place < len(self._levels[level]):
            return bytes(self._levels[level][place : place + HASH_BYTES])
        tile = self._tiles.get((level, index))
        if tile is not None:
            return tile
        if level == 0:
            raise PrunedError(f"leaf {index} was pruned")
        return node_hash(self._node(level - 1, 2 * index), self._node(level - 1, 2 * index + 1))

    def _range(self, low: int, high: int) -> bytes:
        count = high - low
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self._node(level, low >> level)
        middle = low + _split(count)
        return node_hash(self._range(low, middle), self._range(middle, high))

    def _check(self, low: int, high: int) -> None:
        if not 0 <= low <= high <= self.size:
            raise ValueError(f"{low} and {high} are not within a tree of {self.size}")


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether a proof shows a leaf at ``index`` of the tree with this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, hashed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            hashed = node_hash(sibling, hashed)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            hashed = node_hash(hashed, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and hashed == root


def verify_consistency(
    old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether a proof shows that one tree begins with another (RFC 9162, 2.1.4.2).

    From a size of 0, and between equal sizes, the proof is empty and the roots decide.
    """
    if not 0 <= old <= size:
        return False
    if old == size:
        return not proof and old_root == root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    return bool(path) and _climbs(path, old, size) == (old_root, root)


def _climbs(path: Sequence[bytes], old: int, size: int) -> tuple[bytes, bytes] | None:
    """Both roots that a consistency proof leads to; None when it is too long or too short."""
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        place, last = place >> 1, last >> 1
    return (first, second) if last == 0 else None


def _split(count: int) -> int:
    """The largest power of two below ``count``."""
    return 1 << (count - 1).bit_length() - 1
