"""The impact assessment as the CNIL's PIA tool imports it, filled from what runs.

The form is that of LINCnil/pia 4 (export of a PIA as JSON). Judgements stay empty for the people
who must make them: severity, likelihood, evaluation, opinions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from html import escape
from typing import Any, Final

from gardefou.governance.facts import Facts
from gardefou.governance.registration import filled, maturity_words
from gardefou.i18n import text
from gardefou.situations.situation import Situation

PARTS: Final = ("pia", "answers", "measures", "evaluations", "comments")
"""The five keys that the importer reads."""

MEASURES: Final = (
    "closed_list",
    "mandate",
    "masks",
    "sound",
    "blur",
    "journal",
    "roles",
    "retention",
    "network",
    "human",
)
"""Measures that this software itself is; texts under ``documents.measure.<name>``."""

WRITTEN: Final = (
    111, 112, 113, 121, 122, 123, 211, 212, 213, 214, 215, 221, 222, 223, 224, 225, 226, 227,
)  # fmt: skip
"""Questions answered in words; texts under ``documents.pia.q<number>``."""

RISKS: Final = (32, 33, 34)
"""Illegitimate access, unwanted change, disappearance: questions 321 to 346."""

LISTS: Final = (1, 2, 3)
"""Impacts, threats and sources of each risk; texts under ``documents.pia.q<number>``."""

GAUGES: Final = (5, 6)
"""Severity and likelihood of each risk: for people to set."""

KNOWN: Final = frozenset(WRITTEN) | {
    10 * risk + question for risk in RISKS for question in (*LISTS, 4, *GAUGES)
}


def pia(facts: Facts, language: str = "fr") -> dict[str, Any]:
    """The assessment, ready to be imported."""
    at = facts.at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {
        "pia": _head(facts, at, language),
        "answers": [
            {"id": number, "pia_id": 1, "reference_to": question, "data": data, "created_at": at}
            for number, (question, data) in enumerate(_answers(facts, language), 1)
        ],
        "measures": [
            {
                "id": number,
                "pia_id": 1,
                "title": text(f"documents.measure.{name}.title", language),
                "content": _html(text(f"documents.measure.{name}.content", language)),
                "placeholder": None,
                "created_at": at,
            }
            for number, name in enumerate(MEASURES, 1)
        ],
        "evaluations": [],
        "comments": [],
    }


def unwritten(document: Mapping[str, Any], language: str = "fr") -> list[str]:
    """The questions that a person still has to answer, by number."""
    mark = text("register.to_complete", language)
    return [
        str(each["reference_to"])
        for each in document["answers"]
        if mark in (each["data"]["text"] or "")
    ]


def faults(document: Any) -> list[str]:
    """What would make the tool's importer fail or lose something; none for a sound document.

    The importer asks for ``pia``, walks the four lists, reads an evaluation's reference as text and
    an answer's as a number, and parses every date; what it would take over and never show, such as
    an unknown question, is a fault here too.
    """
    if not isinstance(document, dict) or not document.get("pia"):
        return ["wrong pia file"]
    found = [
        f"{name}: not a list" for name in PARTS[1:] if not isinstance(document.get(name), list)
    ]
    if found:
        return found
    found += [f"{name}: unknown" for name in document.keys() - set(PARTS)]
    found += _head_faults(document["pia"])
    for index, each in enumerate(document["answers"]):
        found += [f"answers[{index}]: {fault}" for fault in _answer_faults(each)]
    titles = {each.get("title") for each in document["measures"]}
    for index, each in enumerate(document["measures"]):
        found += [f"measures[{index}]: {fault}" for fault in _measure_faults(each)]
    for index, each in enumerate(document["evaluations"]):
        if not isinstance(each.get("reference_to"), str):
            found.append(f"evaluations[{index}]: reference_to is no text")
    for each in document["answers"]:
        if each.get("reference_to") in {10 * risk + 4 for risk in RISKS}:
            lost = set(each["data"]["list"] or ()) - titles
            found += [f"answer {each['reference_to']}: no measure {name}" for name in lost]
    return found


def _head(facts: Facts, at: str, language: str) -> dict[str, Any]:
    town = facts.town
    return {
        "id": 1,
        "status": 0,
        "name": text("documents.pia.name", language, site=facts.site.name),
        "category": text("documents.pia.category", language),
        "author_name": town.controller.name,
        "evaluator_name": "",
        "validator_name": town.controller.representative,
        "dpo_status": None,
        "dpo_opinion": None,
        "dpos_names": town.dpo.name or None,
        "people_names": None,
        "concerned_people_opinion": None,
        "concerned_people_status": None,
        "concerned_people_searched_opinion": bool(town.statements.persons_heard) or None,
        "concerned_people_searched_content": town.statements.persons_heard or None,
        "rejection_reason": None,
        "applied_adjustments": None,
        "is_example": 0,
        "is_archive": 0,
        "structure_id": None,
        "progress": 0,
        "created_at": at,
        "updated_at": at,
    }


def _answers(facts: Facts, language: str) -> Iterator[tuple[int, dict[str, Any]]]:
    fields = _fields(facts, language)
    for question in WRITTEN:
        words = text(f"documents.pia.q{question}", language, **fields)
        yield question, {"text": _html(words), "gauge": None, "list": []}
    mark = _html(text("register.to_complete", language))
    titles = [text(f"documents.measure.{name}.title", language) for name in MEASURES]
    for risk in RISKS:
        for each in LISTS:
            words = text(f"documents.pia.q{risk}{each}", language)
            items = [item.strip() for item in words.split("|")]
            yield 10 * risk + each, {"text": None, "gauge": None, "list": items}
        yield 10 * risk + 4, {"text": None, "gauge": None, "list": titles}
        for each in GAUGES:
            yield 10 * risk + each, {"text": mark, "gauge": None, "list": []}


def _fields(facts: Facts, language: str) -> dict[str, object]:
    """What the answers are filled with; what a person must write carries its mark."""
    town, mandate = facts.town, facts.shown_mandate
    situations = [each for each in Situation if each in facts.watched]
    cameras = facts.site.cameras
    nothing = text("register.to_complete", language)
    act = None if mandate is None else mandate.authorisation
    return {
        "site": facts.site.name,
        "controller": filled(town.controller.name, language),
        "department": filled(town.controller.department, language),
        "dpo": filled(town.dpo.name, language),
        "cameras": len(cameras),
        "masks": sum(len(camera.masks) for camera in cameras),
        "places": ", ".join(sorted({c.place.name for c in cameras if c.place})) or nothing,
        "situations": ", ".join(_named(facts, each, language) for each in situations),
        "event": nothing if act is None else act.event,
        "reasons": nothing if act is None else act.reasons,
        "basis": nothing if mandate is None else " ; ".join(mandate.texts) or mandate.regime,
        "act": nothing if act is None else f"{act.act_number} ({act.act_date})",
        "information": nothing if act is None else act.information,
        "days": town.retention_days or nothing,
        "recorder": filled(town.recorder.name, language),
        "recorder_days": nothing
        if town.recorder.retention_days is None
        else town.recorder.retention_days,
        "contact": filled(town.contact.email, language),
        "proportionality": filled(town.statements.proportionality, language),
        "supplier": nothing if mandate is None else mandate.contract.supplier_siret or nothing,
        "norms": filled(town.technical_norms, language),
        "maintenance": filled(town.maintenance, language),
        "verdicts": facts.verdicts.total,
        "decided": facts.verdicts.confirmed + facts.verdicts.refuted,
        "confirmed": facts.verdicts.confirmed,
        "software": facts.software,
    }


def _named(facts: Facts, situation: Situation, language: str) -> str:
    """A situation with how far it may be trusted."""
    name = text(f"situations.{situation.value}.name", language)
    return f"{name} ({maturity_words(facts, situation, language)})"


def _html(words: str) -> str:
    return "".join(f"<p>{escape(part, quote=False)}</p>" for part in words.split("\n") if part)


def _head_faults(head: Any) -> Iterator[str]:
    if not isinstance(head, dict) or not isinstance(head.get("name"), str):
        yield "pia: no name"
        return
    if head.get("status") not in range(5):
        yield "pia: status is none of 0 to 4"
    if not _is_date(head.get("created_at")):
        yield "pia: created_at is no date"


def _answer_faults(answer: Any) -> Iterator[str]:
    if not isinstance(answer, dict) or answer.get("reference_to") not in KNOWN:
        yield "no such question"
        return
    data = answer.get("data")
    if not isinstance(data, dict) or set(data) != {"text", "gauge", "list"}:
        yield "data is not text, gauge and list"
        return
    if data["gauge"] not in (None, 1, 2, 3, 4):
        yield "gauge is none of 1 to 4"
    if not isinstance(data["list"], list) or not all(isinstance(e, str) for e in data["list"]):
        yield "list is no list of texts"
    if not isinstance(data["text"], str | None):
        yield "text is no text"
    if not _is_date(answer.get("created_at")):
        yield "created_at is no date"


def _measure_faults(measure: Any) -> Iterator[str]:
    if not isinstance(measure, dict) or not isinstance(measure.get("id"), int):
        yield "no id"
        return
    if not measure.get("title"):
        yield "no title"
    if not _is_date(measure.get("created_at")):
        yield "created_at is no date"


def _is_date(value: Any) -> bool:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True
