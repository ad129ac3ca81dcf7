"""Canonical JSON: one value has one text, whoever writes it."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gardefou.governance.canonical import LARGEST_INTEGER, Json, canonical

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@given(VALUES)
def test_it_reads_back_the_same_and_is_written_the_same_again(value: Json) -> None:
    data = canonical(value)
    assert json.loads(data) == value
    assert canonical(json.loads(data)) == data
    assert b"\n" not in data


@given(st.dictionaries(TEXTS, st.integers(0, 9)), st.randoms())
def test_the_order_of_writing_does_not_show(value: dict[str, int], chance: random.Random) -> None:
    names = list(value)
    chance.shuffle(names)
    assert canonical({name: value[name] for name in names}) == canonical(value)


def test_keys_sort_by_utf_16_as_rfc_8785_wants() -> None:
    # the order of RFC 8785, 3.2.3: an emoji (a surrogate pair) comes before U+FB33
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    assert list(json.loads(canonical(dict.fromkeys(names, 0)))) == [
        "\r",
        "1",
        "\u0080",
        "\u00f6",
        "\u20ac",
        "\U0001f600",
        "\ufb33",
    ]


def test_only_what_must_be_escaped_is() -> None:
    # the text of RFC 8785, 3.2.2.2
    given_text = "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/"
    assert canonical(given_text).decode() == '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        float("nan"),
        2**53,
        -(2**53),
        "\ud800",
        {"a": {"\udfff": 1}},
        {1: "a"},
        [b"bytes"],
        {"a": {1, 2}},
    ],
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        canonical(value)  # type: ignore[arg-type]
