"""`/v1/me/lookups`: which platforms asked about a rightsholder's works, and what they were told, month by month."""

from typing import Any

from flask import Response, request

from registry.api.ask_schemas import LookupsQuerySchema, LookupsSchema
from registry.api.blueprint import Blueprint
from registry.api.paging import page_response
from registry.api.wired import the_registry
from registry.instants import month_of
from registry.services import find
from registry.services.list_lookups import list_lookups, month_named
from registry.services.open_account import acts_for, authenticate_token
from registry.storage.unit_of_work import UnitOfWork

lookups = Blueprint("lookups", __name__, description="Who asked about your works")


@lookups.route("/v1/me/lookups", methods=["GET"])
@lookups.arguments(LookupsQuerySchema, location="query")
@lookups.response(200, LookupsSchema)
def get_lookups(page: dict[str, Any]) -> Response:
    """Who asked about your works in a month (UTC), and what they were told; works that nobody asked about are left out.

    Platforms only: what is asked without a signature or a token is not counted.
    """
    registry = the_registry()
    month = month_named(page["month"] or month_of(registry.clock()))
    with registry.reading() as uow:
        token = authenticate_token(uow, request.headers.get("Authorization"))
        rightsholder = acts_for(token, page["rightsholder"])
        found, after = list_lookups(uow, rightsholder, month, page["after"], page["limit"])
        shown = [
            {
                "work": each.work.id,
                "title": each.work.title,
                "month": month.name,
                "told": [_told(uow, *what, count) for what, count in each.told.items()],
            }
            for each in found
        ]
    return page_response("lookups", shown, after)


def _told(uow: UnitOfWork, platform: str, usage: str, decision: str, count: int) -> dict[str, Any]:
    return {
        "platform": platform,
        "name": find.the_platform(uow, platform).name,
        "usage": usage,
        "decision": decision,
        "count": count,
    }
