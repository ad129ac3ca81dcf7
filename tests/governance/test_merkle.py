"""The tree of RFC 9162: its well-known vectors, and a second, naive way to the same hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.governance.merkle import (
    EMPTY_ROOT,
    MerkleTree,
    PrunedError,
    Tile,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""The leaves of Certificate Transparency's reference tree."""

ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Its roots at each size."""

INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
"""Proofs of the reference tree, as Certificate Transparency's own tests state them."""


def grown(leaves: Sequence[bytes], pruned: Sequence[Tile] = ()) -> MerkleTree:
    tree = MerkleTree(pruned)
    for each in leaves:
        tree.append(leaf_hash(each))
    return tree


REFERENCE = grown(LEAVES)


@pytest.mark.parametrize("size", range(9))
def test_the_reference_tree_has_its_known_roots(size: int) -> None:
    assert REFERENCE.root(size).hex() == ROOTS[size]
    assert grown(LEAVES[:size]).root().hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_reference_tree_has_its_known_proofs_of_inclusion(index: int, size: int) -> None:
    proof = REFERENCE.inclusion(index, size)
    assert [each.hex() for each in proof] == INCLUSION[index, size]
    assert verify_inclusion(leaf_hash(LEAVES[index]), index, size, proof, REFERENCE.root(size))


@pytest.mark.parametrize(("old", "size"), CONSISTENCY)
def test_the_reference_tree_has_its_known_proofs_of_consistency(old: int, size: int) -> None:
    proof = REFERENCE.consistency(old, size)
    assert [each.hex() for each in proof] == CONSISTENCY[old, size]
    assert verify_consistency(old, REFERENCE.root(old), size, REFERENCE.root(size), proof)


# A second implementation: the recursive definitions of RFC 9162, 2.1, word for word.


def half(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def mth(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = half(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = half(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: Sequence[bytes], whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = half(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


SIZES = st.integers(1, 80)


def numbered(count: int) -> list[bytes]:
    return [f"entry {number}".encode() for number in range(count)]


@given(SIZES, st.data())
def test_roots_and_proofs_are_those_of_the_recursive_definition(
    count: int, data: st.DataObject
) -> None:
    leaves = numbered(count)
    tree = grown(leaves)
    size = data.draw(st.integers(1, count))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    assert tree.root(size) == mth(leaves[:size])
    assert tree.inclusion(index, size) == path(index, leaves[:size])
    assert tree.consistency(old, size) == subproof(old, leaves[:size], True)


@given(SIZES, st.data())
def test_a_proof_of_inclusion_holds_for_its_leaf_place_and_root_alone(
    count: int, data: st.DataObject
) -> None:
    leaves = numbered(count)
    tree = grown(leaves)
    index = data.draw(st.integers(0, count - 1))
    leaf, proof, root = leaf_hash(leaves[index]), tree.inclusion(index), tree.root()
    assert verify_inclusion(leaf, index, count, proof, root)
    assert not verify_inclusion(leaf_hash(b"forged"), index, count, proof, root)
    assert not verify_inclusion(leaf, index, count, [*proof, root], root)
    assert not verify_inclusion(leaf, index, count, proof, leaf_hash(root))
    assert not verify_inclusion(leaf, count, count, proof, root)
    if proof:
        assert not verify_inclusion(leaf, index, count, proof[:-1], root)
        other = data.draw(st.integers(0, count - 1).filter(lambda each: each != index))
        assert not verify_inclusion(leaf, other, count, proof, root)


@given(SIZES, st.data())
def test_a_proof_of_consistency_holds_between_its_two_trees_alone(
    count: int, data: st.DataObject
) -> None:
    tree = grown(numbered(count))
    old = data.draw(st.integers(0, count))
    proof, before, root = tree.consistency(old), tree.root(old), tree.root()
    assert verify_consistency(old, before, count, root, proof)
    assert not verify_consistency(old, leaf_hash(before), count, root, proof)
    assert not verify_consistency(count + 1, before, count, root, proof)
    assert not verify_consistency(old, before, count, root, [*proof, root])
    if proof:
        assert not verify_consistency(old, before, count, leaf_hash(root), proof)
        assert not verify_consistency(old, before, count, root, proof[:-1])
        place = data.draw(st.integers(0, len(proof) - 1))
        forged = [*proof[:place], leaf_hash(b"forged"), *proof[place + 1 :]]
        assert not verify_consistency(old, before, count, root, forged)


@given(SIZES, st.data())
def test_a_rewritten_past_has_no_proof(count: int, data: st.DataObject) -> None:
    leaves = numbered(count)
    old = data.draw(st.integers(1, count))
    place = data.draw(st.integers(0, old - 1))
    noted = grown(leaves[:old]).root()
    leaves[place] = b"forged"
    forged = grown(leaves)
    assert not verify_consistency(old, noted, count, forged.root(), forged.consistency(old))


@given(SIZES, st.data())
def test_a_pruned_tree_proves_what_the_whole_one_proves(count: int, data: st.DataObject) -> None:
    leaves = numbered(count)
    whole = grown(leaves)
    boundaries = data.draw(st.lists(st.integers(1, count), min_size=1, max_size=5))
    gone = max(boundaries)
    pruned = grown(leaves[gone:], whole.tiles(boundaries))
    assert (pruned.size, pruned.pruned) == (count, gone)
    for size in range(gone, count + 1):
        assert pruned.root(size) == whole.root(size)
        for old in boundaries:
            assert pruned.root(old) == whole.root(old)
            assert pruned.consistency(old, size) == whole.consistency(old, size)
        for index in range(gone, size):
            assert pruned.inclusion(index, size) == whole.inclusion(index, size)
    again = pruned.tiles([*boundaries, count])
    assert MerkleTree(again).root() == whole.root()
    assert [grown([], again).root(each) for each in boundaries] == [
        whole.root(each) for each in boundaries
    ]


def test_what_was_pruned_within_a_tile_is_no_longer_known() -> None:
    pruned = grown(LEAVES[4:], REFERENCE.tiles([4]))
    with pytest.raises(PrunedError):
        pruned.inclusion(1)
    with pytest.raises(PrunedError):
        pruned.root(3)
    with pytest.raises(ValueError, match="gap"):
        MerkleTree([Tile(1, 1, EMPTY_ROOT)])


def test_sizes_outside_the_tree_are_refused() -> None:
    for wrong in (
        lambda: REFERENCE.root(9),
        lambda: REFERENCE.inclusion(8),
        lambda: REFERENCE.consistency(4, 3),
    ):
        with pytest.raises(ValueError):
            wrong()
    assert node_hash(leaf_hash(b""), leaf_hash(b"\x00")).hex() == ROOTS[2]
