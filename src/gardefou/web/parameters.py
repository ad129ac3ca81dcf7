"""Parameters in an address: what an operation does not know is refused, not ignored.

FastAPI passes over unknown parameters. A search for ``?colour=red`` would then answer with every
alert, as if something had been searched for.
"""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute

from gardefou.site.refused import reason_against
from gardefou.web.problems import RefusedError


def only_known_parameters(request: Request) -> None:
    """Refuse a parameter that the operation does not take, with the reason where there is one."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute) or not request.query_params:
        return
    known = {
        each.alias
        for each in get_flat_params(route.dependant)
        if isinstance(each.field_info, Query)
    }
    for name in request.query_params:
        if name not in known:
            shown = name[:80]
            refused = reason_against(name)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            if refused:
                raise RefusedError(status, refused, name=shown)
            raise RefusedError(status, "absence.unknown_parameter", name=shown)
