"""Papers before and after a use: processing record, fundamental rights, prefecture, certificate."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any, Final

from gardefou.errors import DocumentError
from gardefou.governance.camera_map import camera_map
from gardefou.governance.facts import Facts
from gardefou.governance.headed import Fact, Paper, Section, Table
from gardefou.governance.pages import moment
from gardefou.governance.pia import MEASURES
from gardefou.governance.registration import filled
from gardefou.governance.rights import route
from gardefou.governance.status import StatusEvent
from gardefou.i18n import text
from gardefou.situations.situation import Situation
from gardefou.storage.store import Store

ROPA: Final = (
    "nom_activite",
    "responsable",
    "representant",
    "dpo",
    "responsables_conjoints",
    "finalites",
    "base_legale",
    "categories_personnes",
    "categories_donnees",
    "donnees_sensibles",
    "destinataires",
    "sous_traitants",
    "transferts_hors_ue",
    "durees_conservation",
    "mesures_securite",
    "date_creation",
    "date_maj",
    "reference",
)
"""Columns of the processing record (RGPD, art. 30; the CNIL's model)."""


def ropa(facts: Facts, language: str = "fr") -> str:
    """The processing record as CSV: a line a processing, here one."""
    town, mandate = facts.town, facts.shown_mandate
    act = None if mandate is None else mandate.authorisation
    first = facts.status[0].at[:10] if facts.status else facts.at.date().isoformat()
    values = {
        "nom_activite": text("register.ats.name", language, site=facts.site.name),
        "responsable": _joined(town.controller.name, town.controller.address),
        "representant": town.controller.representative or "–",
        "dpo": _joined(town.dpo.name, town.dpo.email),
        "responsables_conjoints": "–",
        "finalites": text("register.ats.goal", language),
        "base_legale": "" if mandate is None else " ; ".join(mandate.texts) or mandate.regime,
        "categories_personnes": text("documents.ropa.persons", language),
        "categories_donnees": text("documents.ropa.data", language),
        "donnees_sensibles": text("documents.ropa.sensitive", language),
        "destinataires": "" if act is None else " ; ".join(act.services),
        "sous_traitants": text("documents.ropa.processors", language),
        "transferts_hors_ue": text("documents.ropa.transfers", language),
        "durees_conservation": ""
        if town.retention_days is None
        else text("documents.ropa.retention", language, days=town.retention_days),
        "mesures_securite": " ; ".join(
            text(f"documents.measure.{name}.title", language) for name in MEASURES
        ),
        "date_creation": first,
        "date_maj": facts.at.date().isoformat(),
        "reference": "" if mandate is None else mandate.id,
    }
    return as_csv(ROPA, [[filled(values[name], language) for name in ROPA]])


def fria(facts: Facts, language: str = "fr") -> Paper:
    """The fundamental-rights impact assessment (règlement 2024/1689, art. 27(1), a to f)."""
    town, mandate = facts.town, facts.shown_mandate
    act = None if mandate is None else mandate.authorisation
    dpia = None if act is None else act.dpia
    period = ""
    if mandate is not None:
        ends = (moment(facts.site.timezone, each) for each in (mandate.start, mandate.end))
        period = text("documents.fria.period_words", language, period=" – ".join(ends))
    values = {
        "process": text("register.ats.process", language),
        "period": period,
        "persons": text("documents.ropa.persons", language),
        "harms": town.statements.harms,
        "oversight": text("register.ats.human", language),
        "measures": town.statements.complaints,
        "dpia": "" if dpia is None else _joined(dpia.reference, dpia.date),
    }
    facts_ = [
        Fact(name, text(f"documents.fria.{name}", language), value)
        for name, value in values.items()
    ]
    return Paper(
        text("documents.fria.title", language, site=facts.site.name),
        text("documents.fria.note", language),
        language,
        (Section(text("documents.fria.heading", language), facts_),),
    )


def prefecture(facts: Facts, language: str = "fr") -> Paper:
    """The file for the prefecture (R252-3 CSI), item by item.

    An impact assessment that is attached replaces items 1 and 5 to 10; they are filled all the
    same. The ground plan with third parties' buildings is a surveyor's to draw.
    """
    town, mandate = facts.town, facts.shown_mandate
    dpia = None if mandate is None else mandate.authorisation.dpia
    commitment = "" if mandate is None else mandate.authorisation.cnil_commitment
    values = {
        "item1": text(
            "documents.prefecture.presentation",
            language,
            cameras=len(facts.site.cameras),
            situations=_situations(facts, language),
            proportionality=filled(town.statements.proportionality, language),
        ),
        "item2": "",
        "item3": text("documents.prefecture.plan", language, cameras=len(facts.site.cameras)),
        "item5": text("register.ats.description", language),
        "item6": " ; ".join(text(f"documents.measure.{name}.title", language) for name in MEASURES),
        "item7": "" if mandate is None else mandate.authorisation.information,
        "item8": ""
        if town.retention_days is None
        else text("documents.ropa.retention", language, days=town.retention_days),
        "item9": town.maintenance,
        "item10": f"{text('register.page.rights_list', language)} {town.contact.email} "
        f"{route(town.data_protection, language)}",
        "item11": town.technical_norms,
        "item12": commitment,
        "dpia": "" if dpia is None else _joined(dpia.reference, dpia.date, dpia.sha256),
    }
    rows = [
        (
            camera.name,
            camera.place.name if camera.place else "",
            ""
            if camera.place is None or camera.place.latitude is None
            else f"{camera.place.latitude:.6f}, {camera.place.longitude:.6f}",
            str(len(camera.masks)),
            ", ".join(sorted(camera.situations.on)),
        )
        for camera in facts.site.cameras
    ]
    columns = ("camera", "place", "position", "masks", "watches")
    table = Table([text(f"documents.column.{each}", language) for each in columns], rows)
    return Paper(
        text("documents.prefecture.title", language, site=facts.site.name),
        text("documents.prefecture.note", language),
        language,
        (
            Section(
                text("documents.prefecture.items", language),
                [
                    Fact(name, text(f"documents.prefecture.{name}", language), value)
                    for name, value in values.items()
                ],
            ),
            Section(text("documents.prefecture.cameras", language), table=table),
        ),
    )


def plan(facts: Facts) -> dict[str, Any]:
    """The detailed plan: cameras, and the perimeter of the mandate."""
    collection = camera_map(facts)
    mandate = facts.shown_mandate
    perimeter: Mapping[str, Any] | None = (
        None if mandate is None else mandate.authorisation.perimeter
    )
    if perimeter is not None:
        collection["features"].append(
            {
                "type": "Feature",
                "id": "perimeter",
                "geometry": perimeter,
                "properties": {"name": "perimeter"},
            }
        )
    return collection


def certificate(facts: Facts, store: Store, language: str = "fr") -> Paper:
    """That a use has ended: the mandate is over, nothing runs, and what is still kept.

    Raises `DocumentError` while a mandate is in force, when there never was one, and when a run
    under it has begun and not been stopped.
    """
    if facts.mandate is not None:
        raise DocumentError("documents.certificate.in_force", mandate=facts.mandate.id)
    mandate = facts.shown_mandate
    if mandate is None:
        raise DocumentError("documents.certificate.no_mandate")
    runs = [
        each for each in facts.status if each.event in (StatusEvent.START, StatusEvent.RESUMPTION)
    ]
    stops = [
        each for each in facts.status if each.event in (StatusEvent.STOP, StatusEvent.SUSPENSION)
    ]
    if runs and (not stops or stops[-1].seq < runs[-1].seq):
        raise DocumentError("documents.certificate.running", at=runs[-1].at)
    kept = store.papers.verdicts()
    zone = facts.site.timezone
    values = {
        "mandate": f"{mandate.id}, {mandate.authorisation.act_number}",
        "end": moment(zone, mandate.end),
        "last_stop": moment(zone, stops[-1].at) if stops else "–",
        "alerts_kept": str(len(kept)),
        "files_to_destroy": str(len(store.files_to_purge(limit=1_000_000))),
        "holds": str(len(store.papers.holds(facts.at.timestamp()))),
        "made": moment(zone, facts.at),
    }
    return Paper(
        text("documents.certificate.title", language, site=facts.site.name),
        text("documents.certificate.note", language),
        language,
        (
            Section(
                text("documents.certificate.heading", language),
                [
                    Fact(name, text(f"documents.certificate.{name}", language), value)
                    for name, value in values.items()
                ],
            ),
        ),
    )


def as_csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """CSV (RFC 4180); what a spreadsheet would take for a formula is kept from being one.

    >>> as_csv(["a"], [["=1+1"]])
    "a\\r\\n'=1+1\\r\\n"
    """
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([[_plain(cell) for cell in row] for row in rows])
    return written.getvalue()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _joined(*parts: str) -> str:
    """The parts that are there; empty when the first, which counts, is not."""
    return ", ".join(part for part in parts if part) if parts[0] else ""


def _situations(facts: Facts, language: str) -> str:
    return ", ".join(
        text(f"situations.{each.value}.name", language)
        for each in Situation
        if each in facts.watched
    )
