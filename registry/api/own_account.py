"""`/v1/me/failed-signatures` and `/v1/me/answers`: what a platform is told of its own requests, and nobody else's."""

from typing import Any

from flask import Response

from registry.api.blueprint import Blueprint
from registry.api.platform_call import signed_reply, the_platform
from registry.api.platform_schemas import AnsweredSchema, FailedSignaturesSchema, MonthSchema
from registry.api.wired import the_registry
from registry.instants import month_of, rfc3339
from registry.services.list_asked import list_asked
from registry.services.list_lookups import month_named
from registry.services.tidy import REFUSALS_KEPT_MS
from registry.storage.failed_signatures import FailedSignature

own_account = Blueprint("own_account", __name__, description="How your requests get on")


@own_account.route("/v1/me/failed-signatures", methods=["GET"])
@own_account.response(200, FailedSignaturesSchema)
def get_failed_signatures() -> Response:
    """Requests that named one of your keys (test keys too) and were refused: the newest hundred of the last 24 hours.

    Anybody can name a key of yours, so not all need be from you. In a flood some are left out.
    """
    registry = the_registry()
    since = registry.clock() - REFUSALS_KEPT_MS
    with registry.reading() as uow:
        found = uow.failed_signatures.of(the_platform(), since)
    return signed_reply({"failed_signatures": [present_failed(each) for each in found]})


@own_account.route("/v1/me/answers", methods=["GET"])
@own_account.arguments(MonthSchema, location="query")
@own_account.response(200, AnsweredSchema)
def get_answers(page: dict[str, Any]) -> Response:
    """How many items you asked about, by day (UTC), usage and decision; about ten seconds behind at most. Nothing
    from the sandbox."""
    registry = the_registry()
    month = month_named(page["month"] or month_of(registry.clock()))
    with registry.reading() as uow:
        found = list_asked(uow, the_platform(), month)
    shown = [
        {"day": each.day, "usage": each.usage, "decision": each.decision, "count": each.count}
        for each in found
    ]
    return signed_reply({"month": month.name, "answers": shown})


def present_failed(failed: FailedSignature) -> dict[str, Any]:
    """A refused signature as its platform sees it."""
    return {
        "at": rfc3339(failed.at),
        "keyid": failed.kid,
        "method": failed.method,
        "code": failed.code,
        "detail": failed.words,
        "signature_base": failed.base,
    }
