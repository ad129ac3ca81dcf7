"""What stands at the head of a journal whose oldest entries were destroyed at their term."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gardefou.governance.canonical import Json, canonical
from gardefou.governance.entry import Hash, Link
from gardefou.governance.merkle import MerkleTree, Tile

BEGINNING: Final = b'{"pruned":'
"""How the head line of a pruned journal begins; no entry begins so."""


class _Head(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    hash: Hash
    kept: list[Annotated[int, Field(ge=1)]]
    seq: Annotated[int, Field(ge=1)]
    tiles: list[tuple[Annotated[int, Field(ge=0, le=62)], Hash]]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    pruned: _Head


@dataclass(frozen=True, slots=True)
class Pruned:
    """What is left of destroyed entries: nothing of what they said.

    ``link`` the last of them, which the first entry that is there follows; ``tiles`` the roots of
    the subtrees over them; ``kept`` the sizes whose roots can still be computed.
    """

    link: Link
    tiles: tuple[Tile, ...]
    kept: tuple[int, ...]

    @classmethod
    def of(cls, link: Link, tree: MerkleTree, kept: Collection[int]) -> Pruned:
        """Everything up to ``link`` pruned from a tree, with the roots at the sizes ``kept``."""
        sizes = sorted({*kept, link.seq})
        return cls(link, tuple(tree.tiles(sizes)), tuple(sizes))

    def encode(self) -> bytes:
        """Its line, with the end."""
        head: dict[str, Json] = {
            "hash": self.link.hash,
            "kept": self.kept,
            "seq": self.link.seq,
            "tiles": [[each.level, each.root.hex()] for each in self.tiles],
        }
        return canonical({"pruned": head}) + b"\n"

    @classmethod
    def decode(cls, data: bytes) -> Pruned:
        """Read a line with its end; raises `ValueError` unless it is in its exact form."""
        try:
            head = _Line.model_validate_json(data).pruned
        except ValidationError as error:
            raise ValueError("no head of a pruned journal") from error
        tiles, end = [], 0
        for level, root in head.tiles:
            tiles.append(Tile(level, end >> level, bytes.fromhex(root)))
            end += 1 << level
        if MerkleTree(tiles).size != head.seq or sorted({*head.kept}) != head.kept:
            raise ValueError("the roots are not those of as many entries as it says")
        found = cls(Link(head.seq, head.hash), tuple(tiles), tuple(head.kept))
        if found.encode() != data:
            raise ValueError("not in canonical form")
        return found
