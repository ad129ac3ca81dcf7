"""`gardefou rights`: requests of people who were filmed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from gardefou.cli.office import HomeOption, local_time, opened, say_json
from gardefou.errors import StorageError
from gardefou.evidence.vault import Vault
from gardefou.governance import rights
from gardefou.governance.entitled import accounts_of, acting, entitled
from gardefou.governance.facts import SITE, Office
from gardefou.governance.pages import moment
from gardefou.governance.roles import Action
from gardefou.governance.town import FILE_NAME, load_town
from gardefou.i18n import text
from gardefou.runtime.home import Home
from gardefou.site.check import load_site
from gardefou.storage.paper_records import RefusalGround, RequestKind, RequestRecord

app = typer.Typer(
    help=text("rights.command.about"), no_args_is_help=True, rich_markup_mode="markdown"
)

LATE = 1
"""Exit status while a request is overdue."""

Number = Annotated[int, typer.Argument(metavar="NUMBER", help=text("rights.command.number"))]
By = Annotated[str, typer.Option(metavar="NAME", help=text("rights.command.by"))]
Words = Annotated[str, typer.Option("--text", metavar="TEXT", help=text("rights.command.text"))]


@app.command(help=text("rights.command.new"))
def new(
    kind: Annotated[RequestKind, typer.Argument(metavar="KIND", help=text("rights.command.kind"))],
    home: HomeOption,
    camera: Annotated[str, typer.Option(metavar="ID", help=text("rights.command.camera"))],
    start: Annotated[
        str, typer.Option("--from", metavar="TIME", help=text("rights.command.from_time"))
    ],
    end: Annotated[str, typer.Option("--to", metavar="TIME", help=text("rights.command.to_time"))],
    reference: Annotated[str, typer.Option(metavar="REF", help=text("rights.command.reference"))],
    by: By,
    received: Annotated[
        str | None, typer.Option(metavar="TIME", help=text("rights.command.received"))
    ] = None,
) -> None:
    """Take a request in and hold what it may be about."""
    with opened(home) as office:
        site, by = load_site(home / SITE), _who(office, by)
        now = office.now().timestamp()
        wish = rights.NewRequest(
            kind=kind,
            reference=reference,
            camera_id=camera,
            start=local_time(start, site.timezone),
            end=local_time(end, site.timezone),
            received_at=now if received is None else local_time(received, site.timezone),
        )
        cameras = [each.id for each in site.cameras]
        taken = rights.take_in(wish, cameras, office.store, office.journal, by, now)
        count = len(rights.located(taken, office.store))
    due = moment(site.timezone, rights.deadline(taken, site.timezone))
    typer.echo(text("rights.command.taken", number=taken.number, count=count, due=due))


@app.command("list", help=text("rights.command.list"))
def list_requests(
    home: HomeOption,
    as_json: Annotated[bool, typer.Option("--json", help=text("rights.command.json"))] = False,
) -> None:
    """Print the requests with their deadlines."""
    with opened(home) as office:
        now = office.now()
        timezone = load_site(home / SITE).timezone
        known = office.store.papers.requests()
    late = {each.number for each in known if rights.is_overdue(each, now, timezone)}
    if as_json:
        say_json(
            {
                "requests": [
                    {
                        **asdict(each),
                        "due": rights.deadline(each, timezone).isoformat(),
                        "late": each.number in late,
                    }
                    for each in known
                ]
            }
        )
    elif not known:
        typer.echo(text("rights.command.none"))
    for each in () if as_json else known:
        typer.echo(
            text(
                "rights.command.line",
                number=each.number,
                kind=text(f"rights.kind.{each.kind.value}"),
                camera=each.camera_id,
                reference=each.reference,
                state=text(f"rights.state.{each.state.value}"),
                due=moment(timezone, rights.deadline(each, timezone)),
                late=text("rights.command.late") if each.number in late else "",
            )
        )
    if late:
        raise typer.Exit(LATE)


@app.command(help=text("rights.command.answer"))
def answer(
    number: Number,
    home: HomeOption,
    by: By,
    words: Words,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help=text("rights.command.out"))
    ] = None,
    first: Annotated[str, typer.Option(metavar="NAME", help=text("rights.command.first"))] = "",
    second: Annotated[str, typer.Option(metavar="NAME", help=text("rights.command.second"))] = "",
) -> None:
    """Note the answer, handing out the clips first where a folder is named."""
    with opened(home) as office:
        request, by = office.store.papers.request(number), _who(office, by)
        if out is not None:
            persons = _two_persons(office, first or by, second)
            pieces = rights.hand_out(
                request, out, office.store, office.journal, persons, _Reader(Home(home))
            )
            typer.echo(text("rights.command.handed", count=len(pieces), folder=out))
        now = office.now().timestamp()
        closed = rights.answer(number, words, office.store, office.journal, by, now)
        _say_letter(office, closed)


@app.command(help=text("rights.command.extend"))
def extend(number: Number, home: HomeOption, by: By, words: Words) -> None:
    """Take two months more."""
    with opened(home) as office:
        timezone, by = load_site(home / SITE).timezone, _who(office, by)
        longer = rights.extend(
            number, words, office.store, office.journal, by, office.now(), timezone
        )
        due = moment(timezone, rights.deadline(longer, timezone))
        count = len(rights.located(longer, office.store))
    typer.echo(text("rights.command.taken", number=number, count=count, due=due))


@app.command(help=text("rights.command.refuse"))
def refuse(
    number: Number,
    home: HomeOption,
    by: By,
    ground: Annotated[RefusalGround, typer.Option(help=text("rights.command.ground"))],
    words: Words,
) -> None:
    """Refuse a request, and print what the refusal must say."""
    with opened(home) as office:
        now, by = office.now().timestamp(), _who(office, by)
        closed = rights.refuse(number, ground, words, office.store, office.journal, by, now)
        _say_letter(office, closed)


def _who(office: Office, by: str) -> str:
    """Who does it; an account that answers requests, once there are any. Raises `AccountError`."""
    return acting(office.home, office.journal, by, Action.REQUESTS)


def _say_letter(office: Office, request: RequestRecord) -> None:
    title = load_town(office.home / FILE_NAME).data_protection
    typer.echo(rights.letter(request, title, len(rights.located(request, office.store))))


def _two_persons(office: Office, first: str, second: str) -> tuple[str, str]:
    """Who hands out and who agrees; both may, once there are accounts. Raises `AccountError`."""
    with accounts_of(office.home, office.journal) as accounts:
        if accounts is None:
            return first, second
        return (
            entitled(accounts, first, Action.PROPOSE_EXPORT).name,
            entitled(accounts, second, Action.APPROVE_EXPORT).name,
        )


class _Reader:
    """Gives a piece of evidence's content by its path in the evidence folder."""

    def __init__(self, home: Home) -> None:
        self._folder = home.evidence
        self._vault = Vault.of(home.folder)

    def __call__(self, piece: str) -> bytes:
        path = self._folder / piece
        try:
            with self._vault.open(path) as sealed:
                return sealed.whole()
        except OSError as error:
            raise StorageError("rights.no_evidence", path=path) from error
