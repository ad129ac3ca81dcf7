"""Administration of accounts: the same verbs as ``gardefou account``, for the administrator.

Passwords are drawn here, never chosen by somebody else; they and second factors are in one answer,
once. Nobody disables their own account or changes their own role.
"""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from gardefou.governance.accounts import Account, Accounts, Enrolment
from gardefou.governance.enrolment_code import drawn_code
from gardefou.governance.habilitation import Habilitation, Obstacle, Training
from gardefou.governance.passwords import new_password
from gardefou.governance.roles import HABILITATED, Action, Role, allowed
from gardefou.web.access import Person, access_of, require
from gardefou.web.api.context import Context, InContext
from gardefou.web.api.models import PersonName, Strict
from gardefou.web.problems import RefusedError, told

router = APIRouter(prefix="/api/accounts", tags=["accounts"])

Manages = Annotated[Person, require(Action.MANAGE_ACCOUNTS)]
AccountName = Annotated[str, Field(min_length=1, max_length=40)]
Words = Annotated[str, Field(min_length=3, max_length=200)]


class TrainingView(Strict):
    """A training: days are local and included."""

    done: date
    expires: date
    certificate: Words


class HabilitationRequest(Strict):
    """A leave to see alerts and images, with both trainings."""

    granted_by: Words
    start: date
    end: date
    data_protection: TrainingView
    processing: TrainingView


class HabilitationView(HabilitationRequest):
    """A leave as it was given."""

    revoked: bool


class AccountView(Strict):
    """One account; ``obstacle`` what keeps it from alerts today where its role needs leave."""

    name: str
    title: str
    role: Role
    disabled: bool
    needs_habilitation: bool
    obstacle: Obstacle | None
    habilitations: list[HabilitationView]


class NewAccountRequest(Strict):
    """A person who is to work here."""

    name: AccountName
    title: PersonName
    role: Role


class RoleRequest(Strict):
    """Another role."""

    role: Role


class ClosingRequest(Strict):
    """Close an account, or open it again; the motive is journalled."""

    disabled: bool
    motive: Words


class MotiveRequest(Strict):
    """Why; it is journalled."""

    motive: Words


class EnrolmentView(Strict):
    """A second factor, shown once; ``code`` fills a square of ``size`` modules as an SVG path."""

    secret: str
    address: str
    size: int
    code: str
    recovery_codes: list[str]


class HandedOver(Strict):
    """What the administrator hands to the person, once; None what stays as it was."""

    account: AccountView
    password: str | None = None
    enrolment: EnrolmentView | None = None


@router.get("")
def list_accounts(context: InContext, person: Manages) -> list[AccountView]:
    """Every account, by name, with its habilitations."""
    with told():
        accounts = _accounts(context, person)
        return [_view(accounts, each) for each in accounts.all()]


@router.post("", status_code=HTTPStatus.CREATED)
def add_account(context: InContext, person: Manages, body: NewAccountRequest) -> HandedOver:
    """Make an account; its password and second factor are in the answer and nowhere else."""
    password = new_password()
    with told():
        accounts = _accounts(context, person)
        made = accounts.add(person.actor(None), body.name, body.title, body.role, password)
        view = _view(accounts, accounts.find(body.name))
    return HandedOver(account=view, password=password, enrolment=_enrolment(made))


@router.post("/{name}/role")
def set_role(
    context: InContext, person: Manages, name: AccountName, body: RoleRequest
) -> AccountView:
    """Give another role; open sessions end."""
    _not_oneself(person, name)
    with told():
        accounts = _accounts(context, person)
        accounts.set_role(person.actor(None), name, body.role)
        return _view(accounts, accounts.find(name))


@router.post("/{name}/closing")
def close_account(
    context: InContext, person: Manages, name: AccountName, body: ClosingRequest
) -> AccountView:
    """Close an account or open it again; open sessions end."""
    _not_oneself(person, name)
    with told():
        accounts = _accounts(context, person)
        act = accounts.disable if body.disabled else accounts.enable
        act(person.actor(None), name, body.motive)
        return _view(accounts, accounts.find(name))


@router.post("/{name}/password")
def reset_password(
    context: InContext, person: Manages, name: AccountName, body: MotiveRequest
) -> HandedOver:
    """Replace a lost password by a drawn one; open sessions end."""
    password = new_password()
    with told():
        accounts = _accounts(context, person)
        accounts.set_password(person.actor(None), name, password, body.motive)
        view = _view(accounts, accounts.find(name))
    return HandedOver(account=view, password=password)


@router.post("/{name}/second-factor")
def renew_second_factor(
    context: InContext, person: Manages, name: AccountName, body: MotiveRequest
) -> HandedOver:
    """Replace a lost second factor and its recovery codes; open sessions end."""
    with told():
        accounts = _accounts(context, person)
        made = accounts.renew_second_factor(person.actor(None), name, body.motive)
        view = _view(accounts, accounts.find(name))
    return HandedOver(account=view, enrolment=_enrolment(made))


@router.post("/{name}/habilitations", status_code=HTTPStatus.CREATED)
def habilitate(
    context: InContext, person: Manages, name: AccountName, body: HabilitationRequest
) -> AccountView:
    """Give a habilitation with both trainings."""
    given = Habilitation(
        granted_by=body.granted_by,
        start=body.start,
        end=body.end,
        data_protection=_training(body.data_protection),
        processing=_training(body.processing),
    )
    with told():
        accounts = _accounts(context, person)
        accounts.habilitate(person.actor(None), name, given)
        return _view(accounts, accounts.find(name))


@router.post("/{name}/habilitations/end")
def end_habilitations(
    context: InContext, person: Manages, name: AccountName, body: MotiveRequest
) -> AccountView:
    """Take every habilitation of an account away, from now on."""
    with told():
        accounts = _accounts(context, person)
        accounts.revoke_habilitations(person.actor(None), name, body.motive)
        return _view(accounts, accounts.find(name))


def _accounts(context: Context, person: Person) -> Accounts:
    """The accounts; the first one is made on the machine, not by whoever opens the page first."""
    if not person.has_account:
        raise RefusedError(HTTPStatus.CONFLICT, "accounts_page.refused.first")
    return access_of(context).accounts


def _not_oneself(person: Person, name: str) -> None:
    if person.session is not None and person.session.account.name == name:
        raise RefusedError(HTTPStatus.CONFLICT, "accounts_page.refused.oneself")


def _view(accounts: Accounts, account: Account) -> AccountView:
    needs = any(allowed(account.role, action) for action in HABILITATED)
    return AccountView(
        name=account.name,
        title=account.title,
        role=account.role,
        disabled=account.disabled,
        needs_habilitation=needs,
        obstacle=accounts.obstacle(account.name) if needs else None,
        habilitations=[
            HabilitationView(
                granted_by=each.granted_by,
                start=each.start,
                end=each.end,
                data_protection=_training_view(each.data_protection),
                processing=_training_view(each.processing),
                revoked=each.revoked,
            )
            for each in accounts.habilitations(account.name)
        ],
    )


def _training(given: TrainingView) -> Training:
    return Training(given.done, given.expires, given.certificate)


def _training_view(given: Training) -> TrainingView:
    return TrainingView.model_construct(
        done=given.done, expires=given.expires, certificate=given.certificate
    )


def _enrolment(made: Enrolment) -> EnrolmentView:
    drawn = drawn_code(made.address)
    return EnrolmentView(
        secret=made.secret,
        address=made.address,
        size=drawn.size,
        code=drawn.path,
        recovery_codes=list(made.recovery_codes),
    )
