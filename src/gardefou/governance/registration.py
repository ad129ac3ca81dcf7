"""The entry of the public register: Algorithmic Transparency Standard 0.3.1, and beyond it.

Fields and enumerations are those of https://standaard.algoritmeregister.org (schema
``registration-v0.3.1``). What the standard has no field for stands under ``gardefou``.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum, unique
from typing import Annotated, Any, Final, Literal
from uuid import NAMESPACE_URL, uuid5

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gardefou.errors import DocumentError
from gardefou.governance.authorised import MandateFacts
from gardefou.governance.facts import Facts
from gardefou.governance.findings import described, is_public
from gardefou.governance.rights import is_overdue
from gardefou.governance.status import StatusEvent
from gardefou.i18n import text
from gardefou.situations.situation import Situation
from gardefou.storage.paper_records import RequestState

SHORT: Final = 150
"""Longest short description, characters."""

REVISION_DAYS: Final = 365
"""When an entry without a mandate is looked at again, days."""

Words = Annotated[str, Field(min_length=1)]
Link = Annotated[str, Field(pattern=r"^https?://")]


@unique
class Domain(StrEnum):
    """The standard's domains."""

    TAXES = "taxes"
    HOUSING = "housing, living and living environment"
    CULTURE = "culture, sports and leisure"
    DEFENCE = "defence"
    ECONOMY = "economy and entrepreneurship"
    FAMILY = "family, youth and households"
    FINANCE = "finance"
    GENERIC = "generic"
    HEALTH = "health and health care"
    IMMIGRATION = "immigration and integration"
    INTERNATIONAL = "international collaboration and development aid"
    AGRICULTURE = "agriculture, nature and food"
    ENVIRONMENT = "environment, spacial planning and water"
    EDUCATION = "education and science"
    PUBLIC_SAFETY = "public safety"
    GOVERNMENT = "government"
    JUSTICE = "justice"
    TRAVEL = "travel, living and working abroad"
    SUBSIDIES = "subsidies, benefits and allowances"
    TRAFFIC = "traffic and transportation"
    WORK = "work and career"


@unique
class UseStatus(StrEnum):
    """The standard's states of a use; names under ``register.status.<value>``."""

    PLANNED = "planned"
    DESIGN = "design"
    DEVELOPMENT = "development"
    PILOT = "pilot"
    EVALUATION = "evaluation"
    OPERATIONAL = "operational"
    RETIRED = "retired"


@unique
class RiskCategory(StrEnum):
    """The standard's risk categories."""

    MINIMAL = "minimal risk"
    LIMITED = "limited risk"
    HIGH = "high risk"
    UNACCEPTABLE = "unacceptable"


@unique
class AlgorithmType(StrEnum):
    """The standard's types of algorithm."""

    SELF_LEARNING = "self-learning"
    RULE_BASED = "rule-based"
    HYBRID = "hybrid"


@unique
class UseType(StrEnum):
    """The standard's types of use."""

    DESCRIPTIVE = "descriptive"
    DIAGNOSTIC = "diagnostic"
    PREDICTIVE = "predictive"
    PRESCRIPTIVE = "prescriptive"


class Registration(BaseModel):
    """One entry of the register; every field without a default is required by the standard."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    standard_version: Literal["0.3.1"] = "0.3.1"
    uuid: str
    lang: Literal["en", "fr"]
    publication_date: date
    last_change_date: date
    revision_date: date
    revision_note: str
    keywords: str
    name: Words
    organization: Words
    department: Words
    country: Words
    contact_email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
    contact_phone: str | None = None
    contact_name: str | None = None
    description_short: Annotated[str, Field(min_length=1, max_length=SHORT)]
    website: Link | None = None
    status: UseStatus
    remark: str | None = None
    decision_making_process: Words
    domain: Domain
    area: Words
    goal: Words
    impact: Words
    risks: Words
    risk_category: RiskCategory
    proportionality: Words
    lawful_basis: Words
    documentation: Link | None = None
    training_data: Words
    source_data: Words
    data_bias: str | None = None
    connected_data_sources: Words
    DPIA_description: str | None = None
    DPIA_url: Link | None = None
    description: Annotated[str, Field(min_length=500, max_length=10000)]
    algorithm_type: AlgorithmType
    methods_and_models: str | None = None
    performance: str | None = None
    alternatives_considered: str | None = None
    product_information: Link | None = None
    codebase_url: Link | None = None
    product_page: Link | None = None
    AIA_description: str | None = None
    AIA_url: Link | None = None
    type: UseType
    monitoring: Words
    human_intervention: Words
    objection_procedure: Words
    rollback: str | None = None
    gardefou: dict[str, Any]


def registration(facts: Facts, language: str = "fr") -> Registration:
    """The entry as the facts have it.

    Raises `DocumentError` that names the fact without which there is no valid entry.
    """
    if not facts.town.contact.email:
        raise DocumentError("register.no_contact")
    try:
        return Registration.model_validate(
            {
                **_metadata(facts, language),
                **_basic(facts, language),
                **_use(facts, language),
                **_algorithm(facts, language),
                "gardefou": details(facts, language),
            }
        )
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise DocumentError("register.invalid", place=place, detail=first["msg"]) from error


def use_status(facts: Facts) -> UseStatus:
    """The standard's word for what runs now."""
    last = None if facts.last is None else facts.last.event
    if facts.mandate is not None:
        stopped = last in (StatusEvent.STOP, StatusEvent.SUSPENSION, None)
        return UseStatus.PLANNED if stopped else UseStatus.OPERATIONAL
    if any(each.start > facts.at for each in facts.mandates):
        return UseStatus.PLANNED
    if last is StatusEvent.REHEARSAL:
        return UseStatus.PILOT
    if last is StatusEvent.EVALUATION:
        return UseStatus.EVALUATION
    return UseStatus.RETIRED if facts.mandates else UseStatus.DEVELOPMENT


def deliberation(facts: Facts, language: str) -> str:
    """The council's deliberation, or the words that there was none."""
    mandate = facts.shown_mandate
    said = "" if mandate is None else mandate.authorisation.deliberation.strip()
    return said or text("register.no_deliberation", language)


def filled(words: str, language: str) -> str:
    """The words, or the mark of those that a person still has to write."""
    return words.strip() or text("register.to_complete", language)


def details(facts: Facts, language: str) -> dict[str, Any]:
    """What the standard has no field for."""
    shown = facts.shown_mandate
    public = [
        each
        for each in facts.findings
        if is_public(each, facts.at, facts.town.publish_findings_after_days)
    ]
    timezone = facts.site.timezone
    return {
        "generated_at": facts.at.isoformat(timespec="seconds"),
        "software": facts.software,
        "site_sha256": facts.site_sha256,
        "mandate_in_force": facts.mandate is not None,
        "mandate": None if shown is None else _mandate(shown, language),
        "deliberation": deliberation(facts, language),
        "contract": _contract(facts),
        "cameras": len(facts.site.cameras),
        "situations": {each.value: _situation(facts, each, language) for each in Situation},
        "reviews": {
            "alerts": facts.verdicts.total,
            "confirmed": facts.verdicts.confirmed,
            "refuted": facts.verdicts.refuted,
            "doubtful": facts.verdicts.doubtful,
            "unreviewed": facts.verdicts.unreviewed,
            "out_of_purpose": sum(facts.measures.out_of_purpose.values()),
        },
        "field": facts.measures.as_json(),
        "status": [
            {"at": each.at, "event": each.event.value, "cameras": each.cameras}
            for each in facts.status
        ],
        "suspensions": [{"at": each.at, "event": each.event.value} for each in facts.suspensions],
        "unanswered_findings": [
            {
                "number": each.number,
                "since": _day(each.opened_at),
                "what": described(each, language),
            }
            for each in public
        ],
        "requests": {
            "open": sum(each.state is RequestState.OPEN for each in facts.requests),
            "overdue": sum(is_overdue(each, facts.at, timezone) for each in facts.requests),
            "answered": sum(each.state is RequestState.ANSWERED for each in facts.requests),
            "refused": sum(each.state is RequestState.REFUSED for each in facts.requests),
        },
        "to_complete": facts.town.missing,
    }


def _metadata(facts: Facts, language: str) -> dict[str, Any]:
    first = facts.status[0].at[:10] if facts.status else facts.at.date().isoformat()
    last = facts.status[-1].at[:10] if facts.status else facts.at.date().isoformat()
    current = facts.mandate
    until = facts.at + timedelta(days=REVISION_DAYS) if current is None else current.end
    organization = facts.town.controller.name or facts.site.name
    return {
        "uuid": str(uuid5(NAMESPACE_URL, f"gardefou:{organization}:{facts.site.name}")),
        "lang": language,
        "publication_date": first,
        "last_change_date": last,
        "revision_date": until.date(),
        "revision_note": text("register.ats.revision", language),
        "keywords": text("register.ats.keywords", language),
    }


def _basic(facts: Facts, language: str) -> dict[str, Any]:
    town = facts.town
    return {
        "name": text("register.ats.name", language, site=facts.site.name),
        "organization": filled(town.controller.name, language),
        "department": filled(town.controller.department, language),
        "country": "France",
        "contact_email": town.contact.email,
        "contact_phone": town.contact.phone or None,
        "contact_name": town.contact.name or None,
        "description_short": text("register.ats.short", language),
        "website": town.website or None,
        "status": use_status(facts),
        "remark": deliberation(facts, language),
    }


def _use(facts: Facts, language: str) -> dict[str, Any]:
    town, mandate = facts.town, facts.mandate
    statements = town.statements
    if mandate is None:
        basis = text("register.no_mandate", language)
        goal = text("register.ats.goal", language)
    else:
        act = mandate.authorisation
        basis = text(
            "register.basis",
            language,
            act=act.act_number,
            date=act.act_date,
            texts=" ; ".join(mandate.texts) or mandate.regime,
            url=act.publication_url,
        )
        goal = f"{text('register.ats.goal', language)} {act.event} : {act.reasons}"
    dpia = None if mandate is None else mandate.authorisation.dpia
    return {
        "decision_making_process": text("register.ats.process", language),
        "domain": Domain.PUBLIC_SAFETY,
        "area": filled(town.area, language),
        "goal": goal,
        "impact": text("register.ats.impact", language),
        "risks": f"{text('register.ats.risks', language)} {filled(statements.harms, language)}",
        "risk_category": RiskCategory.HIGH,
        "proportionality": filled(statements.proportionality, language),
        "lawful_basis": basis,
        "training_data": text("register.ats.training", language, model=facts.publication.model),
        "source_data": _sources(facts, language),
        "data_bias": text("register.ats.bias", language),
        "connected_data_sources": text("register.ats.connected", language),
        "DPIA_description": None
        if dpia is None
        else text(
            "register.ats.dpia", language, reference=dpia.reference, date=dpia.date, sha=dpia.sha256
        ),
    }


def _algorithm(facts: Facts, language: str) -> dict[str, Any]:
    town = facts.town
    return {
        "description": text("register.ats.description", language),
        "algorithm_type": AlgorithmType.HYBRID,
        "methods_and_models": text("register.ats.methods", language, model=facts.publication.model),
        "performance": " ".join(
            evaluation_words(facts, each, language) for each in Situation if each in facts.watched
        )
        or None,
        "alternatives_considered": filled(town.statements.alternatives, language),
        "type": UseType.DESCRIPTIVE,
        "monitoring": text(
            "register.ats.monitoring", language, days=town.publish_findings_after_days
        ),
        "human_intervention": text("register.ats.human", language),
        "objection_procedure": text(
            "register.ats.objection",
            language,
            contact=town.contact.email,
            complaints=filled(town.statements.complaints, language),
        ),
        "rollback": text("register.ats.rollback", language),
    }


def maturity_words(facts: Facts, situation: Situation, language: str) -> str:
    """How far a situation may be trusted, in words."""
    return text(f"governance.maturity.{facts.maturity(situation).value}", language)


def evaluation_words(facts: Facts, situation: Situation, language: str) -> str:
    """What the evaluation found of a situation, in plain words."""
    name = text(f"situations.{situation.value}.name", language)
    figures = facts.publication.situations.get(situation)
    if figures is None or figures.recall is None:
        return text("register.rate.unmeasured", language, name=name)
    found = text(
        "register.rate.recall", language, name=name, found=figures.found, events=figures.events
    )
    if figures.precision is None:
        return found
    wrong = round(100 * (1 - figures.precision))
    return f"{found} {text('register.rate.precision', language, wrong=wrong, false=figures.false)}"


def field_words(facts: Facts, situation: Situation, language: str) -> str:
    """What operators said of a situation's alerts, in plain words."""
    each = facts.measures.of(situation)
    if each is None or each.interval is None:
        return text("register.rate.no_field", language)
    counts = each.counts
    low, high = (round(100 * (1 - end)) for end in reversed(each.interval))
    return text(
        "register.rate.field",
        language,
        decided=counts.confirmed + counts.refuted,
        wrong=counts.refuted,
        low=low,
        high=high,
        unreviewed=counts.unreviewed,
    )


def drill_words(facts: Facts, situation: Situation, language: str) -> str:
    """How drills ended for a situation, in plain words."""
    each = facts.measures.drills_of(situation)
    if each is None or each.interval is None:
        return text("register.rate.no_drill", language)
    low, high = (round(100 * (1 - end)) for end in reversed(each.interval))
    return text(
        "register.rate.drill",
        language,
        ended=each.found + each.missed,
        missed=each.missed,
        low=low,
        high=high,
    )


def _situation(facts: Facts, situation: Situation, language: str) -> dict[str, Any]:
    figures = facts.publication.situations.get(situation)
    return {
        "name": text(f"situations.{situation.value}.name", language),
        "legal": text(f"situations.{situation.value}.legal", language),
        "on": situation in facts.watched,
        "cameras": sum(situation in camera.situations.on for camera in facts.site.cameras),
        "maturity": facts.maturity(situation).value,
        "evaluation": None if figures is None else figures.model_dump(mode="json"),
        "out_of_purpose": facts.measures.out_of_purpose.get(situation, 0),
    }


def _mandate(mandate: MandateFacts, language: str) -> dict[str, Any]:
    act = mandate.authorisation
    return {
        "id": mandate.id,
        "regime": mandate.regime,
        "texts": list(mandate.texts),
        "act_number": act.act_number,
        "act_date": act.act_date,
        "publication_url": act.publication_url,
        "controller": act.controller,
        "services": list(act.services),
        "event": act.event,
        "reasons": act.reasons,
        "perimeter": act.perimeter,
        "cameras": list(act.cameras),
        "situations": [each.value for each in act.situations],
        "information": act.information,
        "start": mandate.start.isoformat(),
        "end": mandate.end.isoformat(),
        "dpia": None if act.dpia is None else act.dpia.model_dump(),
        "cnil_commitment": act.cnil_commitment,
        "attestation": None if act.attestation is None else act.attestation.reference,
        "deliberation": act.deliberation or text("register.no_deliberation", language),
    }


def _contract(facts: Facts) -> dict[str, Any]:
    shown = facts.shown_mandate
    if shown is None:
        return {"incomplete": True, "missing": ["contract"]}
    contract = shown.contract
    return {
        **contract.model_dump(mode="json"),
        "cameras": len(facts.site.cameras),
        "incomplete": bool(contract.missing),
        "missing": contract.missing,
    }


def _day(time: float) -> str:
    return (date(1970, 1, 1) + timedelta(days=time // 86400)).isoformat()


def _sources(facts: Facts, language: str) -> str:
    """The pictures, and what is counted in them where anything is."""
    told = text("register.ats.source", language, count=len(facts.site.cameras))
    lines = sum(len(camera.lines) for camera in facts.site.cameras)
    return f"{told} {text('register.ats.lines', language, count=lines)}" if lines else told
