"""What the workshop's routes share: who asks, the site's book, the journal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Annotated

from gardefou.errors import JournalError, OutputError, SiteError
from gardefou.governance.entry import Entry
from gardefou.governance.roles import Action
from gardefou.governance.site_book import SiteChangedError
from gardefou.site.check import SiteDocumentError
from gardefou.site.document import Site
from gardefou.web.access import Person, journalled, require
from gardefou.web.api.context import Context
from gardefou.web.problems import RefusedError
from gardefou.web.workshop import Workshop

Technician = Annotated[Person, require(Action.CONFIGURE_SITE)]


def actor_of(person: Person, typed: str | None) -> str:
    """How the journal calls whoever asks; refuses who gives no name."""
    person.name(typed)
    return person.actor(typed)


def journal(context: Context, entry: Entry) -> None:
    """Write an entry; refuses where that cannot be done."""
    try:
        context.services.journal.append(entry)
    except JournalError as error:
        raise journalled(error) from error


@contextmanager
def asking_book() -> Iterator[None]:
    """What the site's book says, as refusals."""
    try:
        yield
    except SiteChangedError as error:
        raise RefusedError(HTTPStatus.CONFLICT, error.key, **error.fields) from error
    except JournalError as error:
        raise journalled(error) from error
    except SiteDocumentError as error:
        raise RefusedError(HTTPStatus.CONFLICT, "workshop.refused.document") from error
    except (OutputError, SiteError) as error:
        status = HTTPStatus.SERVICE_UNAVAILABLE
        raise RefusedError(status, error.key, **error.fields) from error


def workshop_of(context: Context) -> Workshop:
    """The workshop; refuses where this server has none."""
    workshop = context.services.workshop
    if workshop is None:
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "web.error.no_page")
    return workshop


def site_of(context: Context) -> Site:
    """The site as it is now; refuses where there is none."""
    with asking_book():
        site = workshop_of(context).book.current()
    if site is None:
        raise RefusedError(HTTPStatus.CONFLICT, "workshop.refused.no_site")
    return site


def refuse_unknown(site: Site, camera_id: str) -> None:
    """Refuse a camera that the site does not have."""
    if site.camera(camera_id) is None:
        raise no_camera(camera_id)


def no_camera(camera_id: str) -> RefusedError:
    """The refusal of a camera that nobody knows."""
    return RefusedError(HTTPStatus.NOT_FOUND, "web.error.no_camera", camera_id=camera_id[:80])
