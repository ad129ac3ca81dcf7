"""Figures cut by light, place or whatever else a file says of the cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from gardefou.errors import EvaluationError
from gardefou.evaluation.cases import Case
from gardefou.evaluation.figures import SituationFigures, figures_of, tally
from gardefou.evaluation.harness import PlayedCase
from gardefou.situations.situation import Situation

Word = Annotated[str, Field(pattern=r"^[\w .-]{1,60}$")]
Tags = Mapping[str, Mapping[str, str]]
"""What is said of each case, by its id: ``{"door": {"light": "night", "place": "hall"}}``."""


def read_tags(path: Path, cases: Iterable[Case]) -> Tags:
    """The tags of a YAML file; raises `EvaluationError` for one that names no known case."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        tags = TypeAdapter(dict[str, dict[Word, Word]]).validate_python(document)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise EvaluationError("evaluation.tags_unreadable", path=path) from error
    known = {case.id for case in cases}
    for name in tags:
        if name not in known:
            raise EvaluationError("evaluation.tags_unknown", path=path, case=name)
    return tags


def cut(played: Sequence[PlayedCase], tags: Tags) -> dict[str, dict[Situation, SituationFigures]]:
    """The figures of the cases under each tag; a case without tags is under none."""
    groups: dict[str, list[PlayedCase]] = {}
    for each in played:
        for name, value in tags.get(each.case.id, {}).items():
            groups.setdefault(f"{name}={value}", []).append(each)
    return {tag: _figures(group) for tag, group in sorted(groups.items())}


def _figures(played: Sequence[PlayedCase]) -> dict[Situation, SituationFigures]:
    measured = frozenset[Situation]().union(*(each.measured for each in played))
    return {
        situation: figures_of(
            [tally(each, situation) for each in played if situation in each.measured]
        )
        for situation in Situation
        if situation in measured
    }
