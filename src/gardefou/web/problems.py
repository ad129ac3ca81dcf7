"""Refusals: an HTTP status, a code a program can test, a text in both languages."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from gardefou.errors import (
    AccountError,
    DocumentError,
    GardefouError,
    JournalError,
    ReviewConflictError,
    StorageError,
    UnknownAlertError,
    UsageError,
)
from gardefou.site.refused import reason_against
from gardefou.web.api.models import Bilingual, ProblemView

LOGGER: Final = logging.getLogger(__name__)


class RefusedError(GardefouError):
    """A request that is refused, with the HTTP ``status`` that says so."""

    def __init__(self, status: HTTPStatus, key: str, **fields: object) -> None:
        super().__init__(key, **fields)
        self.status = status


@contextmanager
def stored(alert_id: UUID | None = None) -> Iterator[None]:
    """Turn what the store says into a refusal; a conflict of reviews passes through."""
    try:
        yield
    except ReviewConflictError:
        raise
    except UnknownAlertError as error:
        raise RefusedError(HTTPStatus.NOT_FOUND, "web.error.no_alert", alert_id=alert_id) from error
    except StorageError as error:
        LOGGER.error("%s", error)
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "web.error.store") from error


@contextmanager
def told() -> Iterator[None]:
    """Turn what the house says into a refusal with its own words."""
    try:
        yield
    except (UsageError, DocumentError, StorageError, AccountError) as error:
        raise RefusedError(HTTPStatus.CONFLICT, error.key, **error.fields) from error
    except JournalError as error:
        LOGGER.error("%s", error)
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "web.error.journal") from error


def problem_response(problem: RefusedError) -> Response:
    """What the client is sent."""
    view = ProblemView(code=problem.key, message=Bilingual.of(problem.key, **problem.fields))
    return JSONResponse(view.model_dump(mode="json"), problem.status)


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return problem_response(error)


def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    refused = reason_against(str(first["loc"][-1])) if first["type"] == "extra_forbidden" else None
    if refused:
        return problem_response(
            RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, refused, name=str(first["loc"][-1])[:80])
        )
    where = ".".join(str(part) for part in first["loc"])
    return problem_response(
        RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, "web.error.invalid", where=where)
    )


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    asked = request.url.path.rpartition("/")[2][:80]
    refused = reason_against(asked) if error.status_code == HTTPStatus.NOT_FOUND else None
    if refused:
        return problem_response(RefusedError(HTTPStatus.NOT_FOUND, refused, name=asked))
    known = {404: "web.error.no_page", 405: "web.error.method", 413: "web.error.too_large"}
    key = known.get(error.status_code, "web.error.request")
    return problem_response(RefusedError(HTTPStatus(error.status_code), key))


def install(app: FastAPI) -> None:
    """Answer every refusal of the application as a problem."""
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
