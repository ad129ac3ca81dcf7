"""`gardefou mandate`: from the law's questions to a signed, installed mandate, and its end."""

from __future__ import annotations

import getpass
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
import yaml
from pydantic import ValidationError

from gardefou.cli.mandate_answers import Answers, answer, complete, open_questions, plain
from gardefou.cli.office import close_what_is_over
from gardefou.errors import OutputError, UsageError
from gardefou.governance.attested import Hashes, hashes
from gardefou.governance.entitled import acting
from gardefou.governance.journal import Journal
from gardefou.governance.ledger import Ledger
from gardefou.governance.mandate import Attestation, Mandate
from gardefou.governance.mandate_check import at_moment, at_place, by_law, not_covered, shown
from gardefou.governance.mandate_file import (
    SignedMandate,
    explained,
    load_mandate,
    read_yaml,
    write_mandate,
)
from gardefou.governance.mandates import Mandates, public_facts, raise_if
from gardefou.governance.refusal import MandateError, Reason, Refusal
from gardefou.governance.regime import shipped
from gardefou.governance.register_check import publish
from gardefou.governance.roles import Action
from gardefou.governance.signing import (
    PrivateKey,
    PublicKey,
    read_key,
    read_public_key,
    write_key,
)
from gardefou.governance.suspension import KillSwitch
from gardefou.governance.warrant import register_folder, suspended
from gardefou.i18n import current_language, text
from gardefou.perception.store import ModelStore
from gardefou.runtime.home import Home
from gardefou.site.check import load_site
from gardefou.site.document import Site

app = typer.Typer(
    help=text("mandate.command.about"), no_args_is_help=True, rich_markup_mode="markdown"
)

File = Annotated[Path, typer.Argument(metavar="FILE", help=text("mandate.command.file"))]
HomeDir = Annotated[Path, typer.Option("--home", metavar="DIR", help=text("mandate.command.home"))]
MaybeHome = Annotated[
    Path | None, typer.Option("--home", metavar="DIR", help=text("mandate.command.home"))
]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help=text("mandate.command.by"))]
AsJson = Annotated[bool, typer.Option("--json", help=text("mandate.command.json"))]


AT_TERMINAL = "cli:"
"""How the journal marks names that were given at the command line."""


def actor(by: str | None) -> str:
    """Who acts at the command line: as they say, else the system's user."""
    name = getpass.getuser() if by is None else by.strip()
    if not name or not name.isprintable():
        raise UsageError("mandate.suspension.nameless")
    return f"{AT_TERMINAL}{name}"


def entitled_actor(folder: Home, journal: Journal, by: str | None, action: Action) -> str:
    """Who acts; once there are accounts, one that may. Raises `AccountError`."""
    name = actor(by).removeprefix(AT_TERMINAL)
    return f"{AT_TERMINAL}{acting(folder.folder, journal, name, action)}"


def home_of(folder: Path) -> Home:
    """A home folder that is there; raises `UsageError`."""
    if not folder.is_dir():
        raise UsageError("mandate.command.no_home", home=folder)
    return Home(folder)


@app.command(help=text("mandate.command.regimes"))
def regimes(as_json: AsJson = False) -> None:
    """Print every regime that is shipped."""
    if as_json:
        everything = [each.model_dump(mode="json") for each in shipped().values()]
        typer.echo(json.dumps(everything, ensure_ascii=False, indent=2))
        return
    for each in shipped().values():
        status = text(f"mandate.status.{each.status.value}")
        typer.echo(f"{each.id}: {each.in_language(current_language())} ({status})")
        typer.echo(f"    {each.valid_from} – {each.valid_to or '…'}, {each.max_days} d")
        for line in each.texts:
            typer.echo(f"    {line}")
        typer.echo(f"    {', '.join(sorted(each.situations))}")
        typer.echo(f"    {', '.join(text(f'mandate.artefact.{name}') for name in each.required)}")
        controllers = sorted(each.controllers)
        typer.echo(f"    {', '.join(text(f'mandate.controller.{kind}') for kind in controllers)}")


@app.command(help=text("mandate.command.new"))
def new(
    given: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help=text("mandate.command.given"))
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help=text("mandate.command.out"))
    ] = Path("mandate.yaml"),
    home: MaybeHome = None,
    ask: Annotated[bool | None, typer.Option(help=text("mandate.command.ask"))] = None,
) -> None:
    """Ask what the law asks; write the mandate, or what is known of it."""
    if out.exists() and (given is None or out.resolve() != given.resolve()):
        raise UsageError("mandate.command.exists", path=out)
    answers: Answers = dict(read_yaml(given)) if given else {}
    answers.pop("signature", None)
    if sys.stdin.isatty() if ask is None else ask:
        for question in open_questions(answers):
            prompt = text(f"mandate.ask.{question.key}")
            answer(answers, question, typer.prompt(prompt, default="", show_default=False))
    running = _running(home_of(home)) if home else None
    complete(answers, _attested(running) if running else None)
    try:
        mandate = Mandate.model_validate(answers)
    except ValidationError as error:
        _write_draft(out, answers)
        raise MandateError(explained(error, out)) from error
    write_mandate(out, SignedMandate(mandate))
    raise_if(by_law(mandate))
    typer.echo(text("mandate.command.made", path=out))


@app.command(help=text("mandate.command.key"))
def key(
    file: File,
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help=text("mandate.command.passphrase"))
    ] = False,
) -> None:
    """Make a key pair."""
    phrase = _passphrase(confirm=True) if passphrase else ""
    public = write_key(file, PrivateKey.make(), phrase)
    fingerprint = read_public_key(public).fingerprint
    typer.echo(text("mandate.command.keyed", path=file, public=public, fingerprint=fingerprint))


@app.command(help=text("mandate.command.sign"))
def sign(
    file: File,
    key_file: Annotated[
        Path, typer.Option("--key", metavar="KEY", help=text("mandate.command.key_file"))
    ],
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help=text("mandate.command.passphrase"))
    ] = False,
) -> None:
    """Sign a mandate in its place, if the law lacks nothing in it."""
    given = load_mandate(file)
    raise_if(by_law(given.mandate))
    private = read_key(key_file, _passphrase(confirm=False) if passphrase else "")
    write_mandate(file, given.signed(private))
    typer.echo(
        text(
            "mandate.command.signed",
            mandate=given.mandate.id,
            sha256=given.mandate.sha256,
            fingerprint=private.public.fingerprint,
        )
    )


@app.command(help=text("mandate.command.check"))
def check(
    file: File,
    home: MaybeHome = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help=text("mandate.command.at"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say everything that is missing, each on one line; exit status 1 when there is anything."""
    moment = _moment(at) if at else None
    try:
        found = _checked(load_mandate(file), home_of(home) if home else None, moment)
    except MandateError as error:
        found = error.refusals
    if as_json:
        refusals = [{"code": each.reason.value, "text": str(each)} for each in found]
        report = {"file": str(file), "refusals": refusals}
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
        if found:
            raise typer.Exit(1)
    else:
        raise_if(found)
        typer.echo(text("mandate.command.fine", path=file))


@app.command(help=text("mandate.command.show"))
def show(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help=text("mandate.command.file"))
    ] = None,
    home: MaybeHome = None,
    as_json: AsJson = False,
) -> None:
    """Show one mandate, or those of a home folder and how they stand."""
    if (file is None) == (home is None):
        raise UsageError("mandate.command.one_of")
    if file is not None:
        signed = load_mandate(file)
        _print([(signed, signed.refusals())], as_json)
        return
    assert home is not None
    folder = home_of(home)
    close_what_is_over(folder)
    journal = Journal(folder.journal)
    mandates, ledger = Mandates(home, journal), Ledger.read(journal.entries())
    stopped = suspended(KillSwitch(home, journal))
    now = datetime.now(UTC)
    _print(
        [
            (each, [*mandates.standing(each, ledger), *at_moment(each.mandate, now), *stopped])
            for each in mandates.installed()
        ],
        as_json,
    )


@app.command(help=text("mandate.command.trust"))
def trust(
    public_key: Annotated[
        Path, typer.Argument(metavar="PUBLIC_KEY", help=text("mandate.command.public_key"))
    ],
    home: HomeDir,
    by: By = None,
) -> None:
    """Enter the controller's key."""
    known: PublicKey = read_public_key(public_key)
    folder = home_of(home)
    journal = Journal(folder.journal)
    who = entitled_actor(folder, journal, by, Action.CONFIGURE_SITE)
    Mandates(home, journal).trust(known, who)
    typer.echo(text("mandate.command.trusted", fingerprint=known.fingerprint))


@app.command(help=text("mandate.command.install"))
def install(file: File, home: HomeDir, by: By = None) -> None:
    """Check a signed mandate against this home, put it in its place, publish its entry."""
    folder = home_of(home)
    close_what_is_over(folder)
    signed = load_mandate(file)
    raise_if(_checked(signed, folder, None))
    journal = Journal(folder.journal)
    who = entitled_actor(folder, journal, by, Action.CONFIGURE_SITE)
    path = Mandates(home, journal).install(signed, who)
    running = _running(folder).running(signed.mandate.sha256)
    publish(register_folder(home, signed.mandate.id), public_facts(signed, running), running)
    typer.echo(text("mandate.command.installed", mandate=signed.mandate.id, path=path))


@app.command(help=text("mandate.command.revoke"))
def revoke(
    mandate_id: Annotated[str, typer.Argument(metavar="ID", help=text("mandate.command.id"))],
    home: HomeDir,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help=text("mandate.command.reason"))
    ],
    by: By = None,
) -> None:
    """End a mandate for good, within a second where it runs."""
    folder = home_of(home)
    journal = Journal(folder.journal)
    mandates = Mandates(home, journal)
    if not mandates.path(mandate_id).is_file():
        raise UsageError("mandate.command.unknown", mandate=mandate_id, folder=mandates.folder)
    who = entitled_actor(folder, journal, by, Action.CONFIGURE_SITE)
    mandates.revoke(mandate_id, who, reason)
    typer.echo(text("mandate.command.revoked", mandate=mandate_id))


@app.command("hashes", help=text("mandate.command.hashes"))
def hashes_of(home: HomeDir, as_json: AsJson = False) -> None:
    """Print what would run as hashes, to be attested."""
    attested = _attested(_running(home_of(home)))
    if as_json:
        typer.echo(json.dumps(attested, ensure_ascii=False, indent=2))
    else:
        typer.echo(yaml.safe_dump(attested, sort_keys=False), nl=False)


def _running(folder: Home) -> Hashes:
    try:
        return hashes(load_site(folder.site), ModelStore())
    except OSError as error:
        raise MandateError([Refusal.of(Reason.MODEL_DIFFERS, model=error.filename)]) from error


def _attested(running: Hashes) -> dict[str, object]:
    return {
        "software_sha256": running.software,
        "models": dict(running.models),
        "site_sha256": running.site,
    }


def _checked(signed: SignedMandate, folder: Home | None, at: datetime | None) -> list[Refusal]:
    """Everything that is missing; what concerns a home folder where there is one."""
    mandate = signed.mandate
    trusted = None
    if folder is not None:
        trusted = Ledger.read(Journal(folder.journal).entries()).trusted
    found = [*signed.refusals(trusted), *by_law(mandate)]
    if at is not None:
        found += at_moment(mandate, at)
    if folder is None:
        return found
    if trusted is None:
        found += _key_unknown(signed)
    site = load_site(folder.site)
    return [
        *found,
        *at_place(mandate, site),
        *_coverage(mandate, site),
        *_differences(mandate, folder),
    ]


def _key_unknown(signed: SignedMandate) -> list[Refusal]:
    signer = signed.signer
    if signer is None:
        return []
    fields = {"mandate": signed.mandate.id, "signer": signer.fingerprint[:16]}
    return [Refusal(Reason.KEY_NOT_TRUSTED, fields)]


def _coverage(mandate: Mandate, site: Site) -> list[Refusal]:
    """Cameras that it names and that watch for more than it allows."""
    named = [camera for camera in site.cameras if camera.id in mandate.authorisation.cameras]
    return list(not_covered(mandate, named).values())


def _differences(mandate: Mandate, folder: Home) -> list[Refusal]:
    attestation: Attestation | None = mandate.authorisation.attestation
    if attestation is None:
        return []  # Said already, by the law.
    running, found = _running(folder), list[Refusal]()
    if running.software != attestation.software_sha256:
        found.append(Refusal.of(Reason.SOFTWARE_DIFFERS, file="gardefou"))
    found += [
        Refusal.of(Reason.MODEL_DIFFERS, model=name)
        for name in sorted(running.models.keys() | attestation.models.keys())
        if running.models.get(name) != attestation.models.get(name)
    ]
    if running.site != attestation.site_sha256:
        found.append(Refusal.of(Reason.SITE_DIFFERS, path=folder.site))
    return found


def _print(mandates: list[tuple[SignedMandate, list[Refusal]]], as_json: bool) -> None:
    if as_json:
        report = [
            {
                "mandate": signed.mandate.model_dump(mode="json"),
                "sha256": signed.mandate.sha256,
                "refusals": [each.reason.value for each in found],
            }
            for signed, found in mandates
        ]
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    for signed, found in mandates:
        mandate, authorisation = signed.mandate, signed.mandate.authorisation
        typer.echo(
            text(
                "mandate.command.summary",
                mandate=mandate.id,
                regime=mandate.regime,
                act=authorisation.act_number,
                date=authorisation.act_date,
                controller=authorisation.controller,
                event=authorisation.event,
                start=shown(authorisation.start),
                end=shown(authorisation.end),
                cameras=", ".join(authorisation.cameras),
                situations=", ".join(authorisation.situations),
            )
        )
        for each in found:
            typer.echo(f"    {each}")


def _write_draft(path: Path, answers: Answers) -> None:
    try:
        path.write_text(
            yaml.safe_dump(plain(answers), sort_keys=False, allow_unicode=True), encoding="utf-8"
        )
    except OSError as error:
        raise OutputError("mandate.unwritable", path=path, reason=error.strerror) from error


def _moment(given: str) -> datetime:
    try:
        moment = datetime.now(UTC) if given == "now" else datetime.fromisoformat(given)
    except ValueError as error:
        raise UsageError("mandate.command.bad_time", given=given) from error
    if moment.tzinfo is None:
        raise UsageError("mandate.command.bad_time", given=given)
    return moment


def _passphrase(confirm: bool) -> str:
    asked: str = typer.prompt(
        text("mandate.command.phrase"), hide_input=True, confirmation_prompt=confirm
    )
    return asked
