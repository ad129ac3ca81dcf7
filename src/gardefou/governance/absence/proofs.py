"""The proofs: for each refused capability, what was looked at and what was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gardefou.governance.absence import source
from gardefou.governance.absence.code import examine_calls, examine_connections, examine_imports
from gardefou.governance.absence.database import examine_database
from gardefou.governance.absence.dependencies import examine_dependencies
from gardefou.governance.absence.doors import (
    examine_api,
    examine_commands,
    examine_configuration,
)
from gardefou.governance.absence.files import examine_files
from gardefou.governance.absence.findings import Examination, Trace, against, relevant
from gardefou.governance.absence.networks import examine_classes, examine_networks
from gardefou.governance.absence.programme import Programme
from gardefou.i18n import text
from gardefou.refusals import Refusal, refusals


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one surface says about one capability."""

    examination: Examination
    found: tuple[Trace, ...]

    def sentence(self, language: str | None = None) -> str:
        """The same in words."""
        surface = text(f"absence.surface.{self.examination.surface}", language)
        looked_at = self.examination.looked_at
        if not self.found:
            return text("absence.nothing", language, surface=surface, count=looked_at)
        found = "; ".join(f"{trace.what} ({trace.where})" for trace in self.found)
        return text("absence.found", language, surface=surface, found=found)


@dataclass(frozen=True, slots=True)
class Proof:
    """One capability: whether it is absent, and by what evidence."""

    refusal: Refusal
    evidence: tuple[Evidence, ...]

    @property
    def absent(self) -> bool:
        """Whether no surface shows a trace, and at least one was looked at."""
        looked_at = any(each.examination.looked_at for each in self.evidence)
        return looked_at and not any(each.found for each in self.evidence)

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Where it was looked for."""
        return tuple(each.examination.surface.value for each in self.evidence)

    def report(self, language: str | None = None) -> dict[str, object]:
        """The proof under the names that other tools read."""
        return {
            "capability": self.refusal.id,
            "absent": self.absent,
            "evidence": [each.sentence(language) for each in self.evidence],
        }


def prove(programme: Programme) -> tuple[Proof, ...]:
    """A proof, or its failure, for each refused capability, in the order of the refusals."""
    examinations = list(examine(programme))
    return tuple(_proof(refusal, examinations) for refusal in refusals().values())


def examine(programme: Programme) -> Iterator[Examination]:
    """Look at every surface of the programme."""
    sources = source.read(programme.folder)
    yield examine_imports(programme, sources)
    yield examine_calls(sources)
    yield examine_dependencies(programme)
    yield examine_networks(programme)
    yield examine_classes(programme)
    yield examine_configuration(programme)
    yield examine_api(programme)
    yield examine_commands(programme)
    yield examine_database(programme)
    yield examine_connections(sources)
    yield examine_files(programme, sources)


def _proof(refusal: Refusal, examinations: Sequence[Examination]) -> Proof:
    return Proof(
        refusal,
        tuple(
            Evidence(each, tuple(trace for trace in each.traces if against(refusal, trace)))
            for each in examinations
            if relevant(refusal, each) or any(against(refusal, trace) for trace in each.traces)
        ),
    )
