"""`gardefou account`: who works here. The first administrator is made on the machine itself."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import segno
import typer

from gardefou.errors import AccountError, UsageError
from gardefou.governance.accounts import Account, Accounts, Enrolment
from gardefou.governance.habilitation import Habilitation, Training
from gardefou.governance.journal import Journal
from gardefou.governance.passwords import new_password
from gardefou.governance.roles import Action, Role, allowed
from gardefou.i18n import text
from gardefou.runtime.home import Home as HomeFolder

app = typer.Typer(
    help=text("accounts.command.about"), no_args_is_help=True, rich_markup_mode="markdown"
)

Home = Annotated[Path, typer.Option("--home", metavar="DIR", help=text("accounts.command.home"))]
Name = Annotated[str, typer.Argument(metavar="NAME", help=text("accounts.command.name"))]
AsJson = Annotated[bool, typer.Option("--json", help=text("accounts.command.json"))]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help=text("accounts.command.password_stdin"))
]
Drawn = Annotated[bool, typer.Option("--draw", help=text("accounts.command.draw"))]
Reason = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help=text("accounts.command.reason"))
]


@app.command(help=text("accounts.command.add"))
def add(
    name: Name,
    home: Home,
    person: Annotated[str, typer.Option(metavar="TEXT", help=text("accounts.command.person"))],
    role: Annotated[Role, typer.Option(help=text("accounts.command.role"))],
    password_stdin: FromStdin = False,
    draw: Drawn = False,
) -> None:
    """Make an account and show its person what they need, once."""
    with _accounts(home) as accounts:
        password = _password(password_stdin, draw)
        enrolment = accounts.add(_actor(), name, person, role, password)
    typer.echo(text("accounts.command.made", name=name, role=text(f"accounts.role.{role.value}")))
    if draw:
        typer.echo(text("accounts.password.drawn", password=password))
    _show(enrolment)
    if allowed(role, Action.SEE_ALERTS):
        typer.echo(text("accounts.command.habilitation_next", name=name))


@app.command("list", help=text("accounts.command.list"))
def list_(home: Home, as_json: AsJson = False) -> None:
    """Print every account, closed ones included."""
    with _accounts(home) as accounts:
        found = [(account, _sees(accounts, account)) for account in accounts.all()]
    if as_json:
        rows = [
            {
                "name": account.name,
                "person": account.title,
                "role": account.role.value,
                "closed": account.disabled,
                "sees_alerts": sees is None,
                "obstacle": sees,
            }
            for account, sees in found
        ]
        typer.echo(json.dumps({"accounts": rows}, ensure_ascii=False, indent=2))
        return
    if not found:
        typer.echo(text("accounts.command.nobody"))
    for account, sees in found:
        typer.echo(f"{account.name:20}  {account.title:30}  {_said(account, sees)}")


@app.command(help=text("accounts.command.habilitate"))
def habilitate(
    name: Name,
    home: Home,
    by: Annotated[str, typer.Option(metavar="TEXT", help=text("accounts.command.by"))] = "",
    start: Annotated[
        str, typer.Option("--from", metavar="DAY", help=text("accounts.command.from"))
    ] = "",
    until: Annotated[str, typer.Option(metavar="DAY", help=text("accounts.command.until"))] = "",
    data_protection: Annotated[
        str, typer.Option(metavar="TRAINING", help=text("accounts.command.data_protection"))
    ] = "",
    processing: Annotated[
        str, typer.Option(metavar="TRAINING", help=text("accounts.command.processing"))
    ] = "",
    revoke: Annotated[bool, typer.Option("--revoke", help=text("accounts.command.revoke"))] = False,
    reason: Reason = "",
) -> None:
    """Give a habilitation, or take all of an account away."""
    with _accounts(home) as accounts:
        if revoke:
            accounts.revoke_habilitations(_actor(), name, reason)
            typer.echo(text("accounts.command.revoked", name=name))
            return
        given = Habilitation(
            by, _day(start), _day(until), _training(data_protection), _training(processing)
        )
        accounts.habilitate(_actor(), name, given)
    typer.echo(
        text("accounts.command.habilitated", name=name, start=given.start, end=given.end, by=by)
    )


@app.command(help=text("accounts.command.password"))
def password(
    name: Name, home: Home, password_stdin: FromStdin = False, draw: Drawn = False
) -> None:
    """Give a new password."""
    with _accounts(home) as accounts:
        accounts.find(name)
        new = _password(password_stdin, draw)
        accounts.set_password(_actor(), name, new)
    typer.echo(text("accounts.command.password_changed", name=name))
    if draw:
        typer.echo(text("accounts.password.drawn", password=new))


@app.command(help=text("accounts.command.totp"))
def totp(name: Name, home: Home) -> None:
    """Give a new second factor and show it, once."""
    with _accounts(home) as accounts:
        enrolment = accounts.renew_second_factor(_actor(), name)
    _show(enrolment)


@app.command(help=text("accounts.command.change_role"))
def role(
    name: Name,
    new: Annotated[Role, typer.Argument(metavar="ROLE", help=text("accounts.command.role"))],
    home: Home,
) -> None:
    """Give another role."""
    with _accounts(home) as accounts:
        accounts.set_role(_actor(), name, new)
    said = text(f"accounts.role.{new.value}")
    typer.echo(text("accounts.command.role_changed", name=name, role=said))


@app.command(help=text("accounts.command.disable"))
def disable(
    name: Name,
    home: Home,
    reason: Reason = "",
    enable: Annotated[bool, typer.Option("--enable", help=text("accounts.command.enable"))] = False,
) -> None:
    """Close an account, or open it again."""
    with _accounts(home) as accounts:
        if enable:
            accounts.enable(_actor(), name, reason)
        else:
            accounts.disable(_actor(), name, reason)
    typer.echo(text(f"accounts.command.{'enabled' if enable else 'disabled'}", name=name))


@contextmanager
def _accounts(home: Path) -> Iterator[Accounts]:
    """The accounts of a home folder that is there; what it lacks inside is made."""
    if not home.is_dir():
        raise UsageError("accounts.command.missing_home", home=home)
    with Accounts.open(home, Journal(HomeFolder(home).journal)) as accounts:
        yield accounts


def _actor() -> str:
    """Who does it: not an account, but whoever holds the machine."""
    return f"machine:{getpass.getuser()}"


def _password(stdin: bool, draw: bool) -> str:
    if draw:
        return new_password()
    if stdin:
        return sys.stdin.readline().rstrip("\n")
    first = typer.prompt(text("accounts.password.ask"), hide_input=True)
    again = typer.prompt(text("accounts.password.ask"), hide_input=True)
    if first != again:
        raise AccountError("accounts.password.different")
    return str(first)


def _show(enrolment: Enrolment) -> None:
    segno.make(enrolment.address).terminal(out=sys.stdout, compact=True)
    typer.echo(text("accounts.command.enrol", secret=enrolment.secret))
    typer.echo(text("accounts.command.recovery"))
    for code in enrolment.recovery_codes:
        typer.echo(f"  {code}")


def _sees(accounts: Accounts, account: Account) -> str | None:
    """What keeps an account from alerts: its end, its role, or its habilitation."""
    if account.disabled:
        return "closed"
    if not allowed(account.role, Action.SEE_ALERTS):
        return "role"
    found = accounts.obstacle(account.name)
    return None if found is None else found.value


def _said(account: Account, sees: str | None) -> str:
    keys = {
        None: "accounts.command.may_see",
        "closed": "accounts.command.closed",
        "role": "accounts.command.sees_none",
    }
    why = keys.get(sees, f"accounts.obstacle.{sees}")
    return f"{text(f'accounts.role.{account.role.value}')}: {text(why)}"


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise UsageError("accounts.habilitation.bad_day", given=given or "-") from error


def _training(given: str) -> Training:
    done, _, rest = given.partition(":")
    expires, _, certificate = rest.partition(":")
    try:
        return Training(date.fromisoformat(done), date.fromisoformat(expires), certificate)
    except ValueError as error:
        raise UsageError("accounts.habilitation.bad_training", given=given or "-") from error
