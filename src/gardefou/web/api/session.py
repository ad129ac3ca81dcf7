"""Logging in and out, and who one is."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response
from pydantic import Field

from gardefou.errors import AccountError, JournalError
from gardefou.governance.roles import Action, Role, allowed
from gardefou.governance.sessions import LogInError, Session, TooManyError
from gardefou.web.access import (
    PUBLIC,
    access_of,
    actions_of,
    check_token,
    cookie_name,
    journalled,
    log_in_required,
    obstacle_of,
    session_of,
)
from gardefou.web.api.context import Context, InContext
from gardefou.web.api.models import Bilingual, Strict, TextKey
from gardefou.web.problems import RefusedError, stored

LOGGER: Final = logging.getLogger(__name__)

router = APIRouter(prefix="/api/session", tags=["session"], dependencies=[PUBLIC])


class LogInRequest(Strict):
    """The first half of a log-in."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    password: Annotated[str, Field(min_length=1, max_length=200)]


class CodeRequest(Strict):
    """The second half: a one-time code or a recovery code."""

    code: Annotated[str, Field(min_length=1, max_length=40)]


class PasswordRequest(Strict):
    """One's own password, and the one in its place."""

    present: Annotated[str, Field(min_length=1, max_length=200)]
    password: Annotated[str, Field(min_length=1, max_length=200)]


class Nothing(Strict):
    """A request that says all by its address."""


class PersonView(Strict):
    """Who is logged in; ``withheld`` says why they see no alerts, when they do not."""

    name: str
    title: str
    role: Role
    may: list[Action]
    withheld: Bilingual | None


class SessionView(Strict):
    """Whether log-in is required, and how far it is.

    ``second_factor`` when the password was right and a code is awaited; ``csrf`` goes into the
    header X-CSRF-Token of whatever changes something.
    """

    required: bool
    second_factor: bool
    person: PersonView | None
    csrf: str | None


@router.get("")
def get_session(request: Request, context: InContext) -> SessionView:
    """Who is logged in."""
    if not log_in_required(context):
        return SessionView(required=False, second_factor=False, person=None, csrf=None)
    return _view(context, session_of(request, context, active=False))


@router.post("")
def log_in(
    request: Request, response: Response, context: InContext, given: LogInRequest
) -> SessionView:
    """Give name and password; then the second factor is asked for."""
    with _journalled():
        session = access_of(context).sessions.log_in(given.name, given.password, _address(request))
    _set_cookie(request, response, session.token)
    return _view(context, session)


@router.post("/second-factor")
def second_factor(
    request: Request, response: Response, context: InContext, given: CodeRequest
) -> SessionView:
    """Give the code; then the session is open, under a new token."""
    waiting = session_of(request, context, active=False)
    if waiting is None or waiting.verified:
        raise RefusedError(HTTPStatus.UNAUTHORIZED, "accounts.log_in.needed")
    check_token(request, waiting)
    with _journalled():
        session = access_of(context).sessions.second_factor(waiting, given.code, _address(request))
    _set_cookie(request, response, session.token)
    return _view(context, session)


@router.post("/end")
def log_out(request: Request, response: Response, context: InContext, _: Nothing) -> SessionView:
    """Log out."""
    session = session_of(request, context, active=False)
    if session is not None:
        check_token(request, session)
        with _journalled():
            access_of(context).sessions.end(session)
    response.delete_cookie(
        cookie_name(request),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return _view(context, None)


@router.post("/password")
def change_password(
    request: Request, response: Response, context: InContext, given: PasswordRequest
) -> SessionView:
    """Replace one's own password; every session of the account ends, this one too."""
    session = session_of(request, context, active=True)
    if session is None or not session.verified:
        raise RefusedError(HTTPStatus.UNAUTHORIZED, "accounts.log_in.needed")
    check_token(request, session)
    sessions = access_of(context).sessions
    try:
        with stored():
            sessions.change_password(session, given.present, given.password, _address(request))
    except TooManyError as error:
        status = HTTPStatus.TOO_MANY_REQUESTS
        raise RefusedError(status, error.key, seconds=error.seconds) from error
    except LogInError as error:
        status = HTTPStatus.CONFLICT
        raise RefusedError(status, "accounts_page.refused.present") from error
    except AccountError as error:
        raise RefusedError(HTTPStatus.CONFLICT, error.key, **error.fields) from error
    except JournalError as error:
        raise journalled(error) from error
    response.delete_cookie(
        cookie_name(request), secure=request.url.scheme == "https", httponly=True, samesite="strict"
    )
    return _view(context, None)


def _view(context: Context, session: Session | None) -> SessionView:
    if session is None:
        return SessionView(required=True, second_factor=False, person=None, csrf=None)
    if not session.verified:
        return SessionView(required=True, second_factor=True, person=None, csrf=session.csrf)
    account = session.account
    person = PersonView(
        name=account.name,
        title=account.title,
        role=account.role,
        may=sorted(actions_of(context, session)),
        withheld=_withheld(context, session),
    )
    return SessionView(required=True, second_factor=False, person=person, csrf=session.csrf)


def _withheld(context: Context, session: Session) -> Bilingual | None:
    role = session.account.role
    if not allowed(role, Action.SEE_ALERTS):
        return Bilingual.of(
            "accounts.page.role_sees_none", role=TextKey(f"accounts.role.{role.value}")
        )
    found = obstacle_of(context, session)
    return None if found is None else Bilingual.of(f"accounts.obstacle.{found.value}")


def _set_cookie(request: Request, response: Response, token: str) -> None:
    """For this browser until it closes, for no script, for no other site."""
    response.set_cookie(
        cookie_name(request),
        token,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def _address(request: Request) -> str:
    return "" if request.client is None else request.client.host


@contextmanager
def _journalled() -> Iterator[None]:
    """Turn what a log-in may meet into a refusal."""
    try:
        with stored():
            yield
    except TooManyError as error:
        raise RefusedError(
            HTTPStatus.TOO_MANY_REQUESTS, error.key, seconds=error.seconds
        ) from error
    except LogInError as error:
        raise RefusedError(HTTPStatus.UNAUTHORIZED, error.key, **error.fields) from error
    except AccountError as error:
        LOGGER.error("%s", error)
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "accounts.log_in.unavailable") from error
    except JournalError as error:
        LOGGER.error("%s", error)
        raise journalled(error) from error
