"""Who asks, and whether they may: every route declares which action it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from secrets import compare_digest
from typing import Any, Final

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from gardefou.errors import JournalError
from gardefou.governance.habilitation import Obstacle
from gardefou.governance.roles import HABILITATED, TABLE, Action, allowed
from gardefou.governance.sessions import Session
from gardefou.web.api.context import Context, InContext
from gardefou.web.api.models import TextKey
from gardefou.web.problems import RefusedError, stored
from gardefou.web.security import READING
from gardefou.web.services import Access

COOKIE: Final = "gardefou_session"
"""Holds the session's token where the server speaks http, on this machine only."""

SECURE_COOKIE: Final = f"__Host-{COOKIE}"
"""The same over https: a browser takes it from this very host and sends it over TLS only."""

CSRF_HEADER: Final = "x-csrf-token"

OPEN_FILES: Final = frozenset({"/assets", "/api/openapi.json"})
"""The built page's files and the API's description: what is in every installation."""

UNNAMED: Final = "unnamed"
"""Stands in the journal when whoever uses an open desk gives no name."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever makes a request; ``session`` is None at an open desk, where names are as typed."""

    session: Session | None

    @property
    def has_account(self) -> bool:
        """Whether somebody vouched for who this is."""
        return self.session is not None

    def name(self, typed: str | None) -> str:
        """The account's name, else what was typed; refuses when there is neither."""
        if self.session is not None:
            return self.session.account.name
        if not typed:
            raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, "accounts.refused.needs_name")
        return typed

    def actor(self, typed: str | None) -> str:
        """How the journal calls it: typed names are marked, so that none passes for an account."""
        if self.session is not None:
            return self.session.account.actor
        return f"desk:{typed or UNNAMED}"


class Requirement:
    """What a route needs of whoever asks; as a dependency it gives the `Person`.

    ``by_itself`` whether the page asks without anybody doing anything, so that the request does
    not keep a session from falling idle.
    """

    def __init__(self, action: Action, *, by_itself: bool = False) -> None:
        self.action = action
        self.by_itself = by_itself

    def __call__(self, request: Request, context: InContext) -> Person:
        """Refuse, or say who it is."""
        if not log_in_required(context):
            return Person(None)
        session = session_of(request, context, active=not self.by_itself)
        if session is None or not session.verified:
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "accounts.log_in.needed")
        check_token(request, session)
        problem = refusal(context, session, self.action)
        if problem is not None:
            if not self.by_itself:
                note_refusal(context, session, self.action)
            raise problem
        return Person(session)


class Public:
    """What a route says that anybody may ask."""

    def __call__(self) -> None:
        """Let everybody through."""


PUBLIC: Final[Any] = Depends(Public())
"""Declares a route that shows nothing of what happens here."""


def require(action: Action, *, by_itself: bool = False) -> Any:
    """Declares the action that a route is, and gives it the `Person`."""
    return Depends(Requirement(action, by_itself=by_itself))


def declared(route: APIRoute) -> Requirement | Public | None:
    """What a route declares; None when it declares nothing."""
    for dependency in route.dependant.dependencies:
        if isinstance(dependency.call, (Requirement, Public)):
            return dependency.call
    return None


def check_declared(app: FastAPI) -> None:
    """Raise `RuntimeError` when a route says nothing of who may ask: it must not be served."""
    silent = [
        getattr(each, "path", repr(each)) for each in all_routes(app.routes) if not _says_who(each)
    ]
    if silent:
        raise RuntimeError(f"routes that declare no action: {', '.join(silent)}")


def all_routes(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Every route, those of included routers as well."""
    for route in routes:
        router = getattr(route, "original_router", None)
        if router is None:
            yield route
        else:
            yield from all_routes(router.routes)


def _says_who(route: BaseRoute) -> bool:
    if isinstance(route, APIRoute):
        return declared(route) is not None
    return getattr(route, "path", None) in OPEN_FILES


def log_in_required(context: Context) -> bool:
    """Whether the desk is closed: in operational mode, and from the first account on."""
    with stored():
        return context.services.log_in_required


def access_of(context: Context) -> Access:
    """Accounts and sessions; refuses where this server has none."""
    if context.services.access is None:
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "accounts.log_in.unavailable")
    return context.services.access


def session_of(request: Request, context: Context, *, active: bool) -> Session | None:
    """The session that the browser's cookie names, whether its second factor was given or not."""
    token = request.cookies.get(cookie_name(request))
    if not token:
        return None
    access = access_of(context)
    with stored():
        return access.sessions.find(token, active=active)


def check_token(request: Request, session: Session) -> None:
    """Refuse a request that changes something and does not repeat what only our page can read."""
    given = request.headers.get(CSRF_HEADER, "")
    if request.method not in READING and not compare_digest(given.encode(), session.csrf.encode()):
        raise RefusedError(HTTPStatus.FORBIDDEN, "accounts.log_in.no_token")


def cookie_name(request: Request) -> str:
    """The cookie's name over this request's protocol."""
    return SECURE_COOKIE if request.url.scheme == "https" else COOKIE


def refusal(context: Context, session: Session, action: Action) -> RefusedError | None:
    """Why a person may not do something: role, or habilitation and training; None when they may."""
    role = session.account.role
    if not allowed(role, action):
        return RefusedError(
            HTTPStatus.FORBIDDEN,
            "accounts.refused.role",
            role=TextKey(f"accounts.role.{role.value}"),
            action=TextKey(f"accounts.action.{action.value}"),
        )
    if action in HABILITATED:
        found = obstacle_of(context, session)
        if found is not None:
            return RefusedError(HTTPStatus.FORBIDDEN, f"accounts.obstacle.{found.value}")
    return None


def note_refusal(context: Context, session: Session, action: Action) -> None:
    """Journal a refusal that is due to the role: a habilitation that ended is no misuse."""
    if not allowed(session.account.role, action):
        context.trail.refusing(session.account.actor, action)


def obstacle_of(context: Context, session: Session) -> Obstacle | None:
    """What keeps a person from alerts and images today, apart from their role."""
    with stored():
        return access_of(context).accounts.obstacle(session.account.name)


def actions_of(context: Context, session: Session) -> frozenset[Action]:
    """Everything a person may do now."""
    found = TABLE[session.account.role]
    if found & HABILITATED and obstacle_of(context, session) is not None:
        return found - HABILITATED
    return found


def may_still(context: Context, person: Person, action: Action) -> bool:
    """Whether somebody who is being shown something may go on being shown it."""
    if person.session is None:
        return not log_in_required(context)
    with stored():
        session = access_of(context).sessions.find(person.session.token, active=False)
    return session is not None and refusal(context, session, action) is None


def journalled(error: JournalError) -> RefusedError:
    """The refusal of what could not be journalled."""
    refused = RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "web.error.journal")
    refused.__cause__ = error
    return refused
