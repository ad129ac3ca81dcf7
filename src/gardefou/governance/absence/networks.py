"""Installed networks: only outputs that are needed, and classes that describe no person."""

from __future__ import annotations

from collections.abc import Iterator

from gardefou.governance.absence.allowed import allowed
from gardefou.governance.absence.findings import Examination, Surface, Trace, by_word
from gardefou.governance.absence.programme import NetworkFacts, Programme


def examine_networks(programme: Programme) -> Examination:
    """Every output has a shape that its adapter is allowed: no landmark, no embedding."""
    traces = tuple(trace for network in programme.networks for trace in _extra(network))
    outputs = sum(len(network.outputs) for network in programme.networks)
    return Examination(Surface.NETWORKS, outputs, frozenset({"outputs"}), traces)


def _extra(network: NetworkFacts) -> Iterator[Trace]:
    """Outputs whose shape is not allowed, or that come more often than allowed."""
    left = [tuple(shape) for shape in allowed().outputs.get(network.adapter, ())]
    for shape in network.outputs:
        fitting = next((each for each in left if _fits(shape, each)), None)
        if fitting is None:
            where = f"{network.name} ({network.adapter})"
            yield Trace("outputs", str(list(shape)), where)
        else:
            left.remove(fitting)


def _fits(shape: tuple[int, ...], allowed_shape: tuple[int, ...]) -> bool:
    """Whether a shape is the allowed one; -1 stands for the picture's size, which varies."""
    return len(shape) == len(allowed_shape) and all(
        wanted in (-1, axis) for axis, wanted in zip(shape, allowed_shape, strict=True)
    )


def examine_classes(programme: Programme) -> Examination:
    """The classes that are kept of any network, and the situations, are the listed ones."""
    lists = allowed()
    names = [
        *((name, "ObjectClass") for name in programme.classes),
        *((name, "Situation") for name in programme.situations),
    ]
    traces = [*by_word(names, lists.exempt)]
    traces += (
        Trace("classes", name, "ObjectClass")
        for name in programme.classes
        if name not in lists.classes
    )
    if frozenset(programme.situations) != lists.situations:
        found = ", ".join(sorted(frozenset(programme.situations) ^ lists.situations))
        traces.append(Trace("eight_situations", found, "Situation"))
    checks = frozenset({"classes", "eight_situations", "words"})
    return Examination(Surface.CLASSES, len(names), checks, tuple(traces))
