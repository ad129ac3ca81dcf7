"""`gardefou findings`: what the committee must answer."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from gardefou.cli.office import HomeOption, opened, say_json
from gardefou.governance import findings
from gardefou.governance.entitled import acting
from gardefou.governance.roles import Action
from gardefou.i18n import text
from gardefou.storage.paper_records import FindingRecord, FindingStatus

app = typer.Typer(
    help=text("findings.command.about"), no_args_is_help=True, rich_markup_mode="markdown"
)

UNANSWERED = 1
"""Exit status while a finding waits for its answer."""


@app.command("list", help=text("findings.command.list"))
def list_findings(
    home: HomeOption,
    as_json: Annotated[bool, typer.Option("--json", help=text("findings.command.json"))] = False,
) -> None:
    """Look for new findings, then print all."""
    with opened(home) as office:
        findings.look(office.facts(), office.store.papers, office.journal)
        known = office.store.papers.findings()
    if as_json:
        say_json(
            {"findings": [{**asdict(each), "what": findings.described(each)} for each in known]}
        )
    elif not known:
        typer.echo(text("findings.command.none"))
    for each in () if as_json else known:
        _say(each)
    if any(each.status is FindingStatus.OPEN for each in known):
        raise typer.Exit(UNANSWERED)


@app.command(help=text("findings.command.answer"))
def answer(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help=text("findings.command.number"))],
    home: HomeOption,
    by: Annotated[str, typer.Option(metavar="NAME", help=text("findings.command.by"))],
    minutes: Annotated[str, typer.Option(metavar="REF", help=text("findings.command.minutes"))],
    words: Annotated[
        str, typer.Option("--text", metavar="TEXT", help=text("findings.command.text"))
    ],
) -> None:
    """Answer a finding as the minutes do."""
    with opened(home) as office:
        now = office.now().timestamp()
        by = acting(home, office.journal, by, Action.ANSWER_FINDINGS)
        _say(findings.answer(number, words, by, minutes, office.store.papers, office.journal, now))


def _say(finding: FindingRecord) -> None:
    day = datetime.fromtimestamp(finding.opened_at, UTC).date().isoformat()
    typer.echo(
        text(
            "findings.command.line",
            number=finding.number,
            day=day,
            status=text(f"findings.status.{finding.status.value}"),
            what=findings.described(finding),
        )
    )
    if finding.status is FindingStatus.ANSWERED:
        typer.echo(
            text(
                "findings.command.answered",
                number=finding.number,
                by=finding.answered_by,
                minutes=finding.minutes,
                answer=finding.answer,
            )
        )
