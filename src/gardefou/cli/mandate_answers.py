"""The questions that the law asks of a mandate, and answers put together into one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from gardefou.governance.regime import Regime, shipped

Answers = dict[str, Any]
"""A mandate as data, complete or not; what it may hold is checked when it becomes a `Mandate`."""


def _text(given: str) -> object:
    return given


def _list(separator: str) -> Callable[[str], object]:
    return lambda given: [part.strip() for part in given.split(separator) if part.strip()]


def _perimeter(given: str) -> object:
    """Pairs of longitude and latitude as a closed GeoJSON ring; what is no number stays text."""
    pairs: list[object] = []
    for pair in given.split():
        try:
            pairs.append([float(part) for part in pair.split(",")])
        except ValueError:
            pairs.append(pair)
    return {"type": "Polygon", "coordinates": [[*pairs, *pairs[:1]]]}


def _digest(given: str) -> object:
    """A hash as it is, or that of the file that is named."""
    path = Path(given)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else given


@dataclass(frozen=True, slots=True)
class Question:
    """One thing the law asks; its text in the catalogue under ``mandate.ask.<key>``."""

    where: tuple[str, ...]
    key: str
    read: Callable[[str], object] = _text
    may_be_empty: bool = False


def _of_authorisation(*names: str, read: Callable[[str], object] = _text) -> Question:
    return Question(("authorisation", *names), "_".join(names), read)


QUESTIONS: Final = (
    Question(("id",), "id"),
    Question(("legal_basis", "regime"), "regime"),
    Question(("legal_basis", "valid_to"), "valid_to"),
    Question(("legal_basis", "counsel", "name"), "counsel_name"),
    Question(("legal_basis", "counsel", "date"), "counsel_date"),
    Question(("legal_basis", "counsel", "reference"), "counsel_reference"),
    _of_authorisation("act_number"),
    _of_authorisation("act_date"),
    _of_authorisation("publication_url"),
    _of_authorisation("controller"),
    _of_authorisation("controller_kind"),
    _of_authorisation("services", read=_list(";")),
    _of_authorisation("event"),
    _of_authorisation("reasons"),
    _of_authorisation("perimeter", read=_perimeter),
    _of_authorisation("cameras", read=_list(",")),
    _of_authorisation("situations", read=_list(",")),
    _of_authorisation("information"),
    _of_authorisation("start"),
    _of_authorisation("end"),
    Question(("authorisation", "deliberation"), "deliberation", may_be_empty=True),
    _of_authorisation("dpia", "reference"),
    _of_authorisation("dpia", "date"),
    _of_authorisation("dpia", "sha256", read=_digest),
    _of_authorisation("dpia", "signed_by"),
    _of_authorisation("dpo_opinion", "reference"),
    _of_authorisation("dpo_opinion", "date"),
    _of_authorisation("cnil_commitment"),
    _of_authorisation("video_authorisation", "number"),
    _of_authorisation("video_authorisation", "date"),
    _of_authorisation("attestation", "reference"),
    _of_authorisation("trainings", "data_protection", "reference"),
    _of_authorisation("trainings", "data_protection", "date"),
    _of_authorisation("trainings", "system", "reference"),
    _of_authorisation("trainings", "system", "date"),
)


def open_questions(answers: Answers) -> Iterator[Question]:
    """Questions that are not answered yet and that this regime asks; one after the other."""
    for question in QUESTIONS:
        if _at(answers, question.where) is None and _is_asked(question, answers):
            yield question


def answer(answers: Answers, question: Question, given: str) -> None:
    """Put an answer in its place; an empty one is none."""
    if not given.strip() and not question.may_be_empty:
        return
    part = answers
    for step in question.where[:-1]:
        part = part.setdefault(step, {})
    part[question.where[-1]] = question.read(given.strip())


def complete(answers: Answers, attested: Mapping[str, object] | None) -> None:
    """Add what follows from the answers: the bundle of the regime, hashes of what runs."""
    regime = _regime(answers)
    basis = answers.get("legal_basis")
    if regime is not None and isinstance(basis, dict):
        basis.setdefault("texts", list(regime.texts))
        basis.setdefault("valid_from", regime.valid_from.isoformat())
        if regime.valid_to is not None:
            basis.setdefault("valid_to", regime.valid_to.isoformat())
        basis.setdefault("situations", sorted(each.value for each in regime.situations))
        basis.setdefault("required", [each.value for each in regime.required])
    authorisation = answers.get("authorisation")
    if attested is not None and isinstance(authorisation, dict):
        attestation = authorisation.setdefault("attestation", {})
        if isinstance(attestation, dict):
            for name, value in attested.items():
                attestation.setdefault(name, value)


def plain(value: object) -> object:
    """Answers as YAML can write them: dates as text."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def _regime(answers: Answers) -> Regime | None:
    return shipped().get(str(_at(answers, ("legal_basis", "regime"))))


def _is_asked(question: Question, answers: Answers) -> bool:
    """Whether the regime, where it is known, wants it."""
    regime = _regime(answers)
    if regime is None:
        return True
    if question.where[:2] == ("legal_basis", "counsel"):
        return regime.needs_counsel
    if question.where == ("legal_basis", "valid_to"):
        return regime.valid_to is None
    wanted = {each.value for each in regime.required} | {"attestation"}
    artefacts = {"dpia", "dpo_opinion", "cnil_commitment", "video_authorisation", "trainings"}
    return question.where[1:2] == () or question.where[1] not in artefacts - wanted


def _at(answers: object, where: tuple[str, ...]) -> object:
    for step in where:
        if not isinstance(answers, dict):
            return None
        answers = answers.get(step)
    return answers
