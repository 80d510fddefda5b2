"""Loosenings that wait: seen, and cancelled. To confirm one needs a fresh sign-in, which a token is not."""

from typing import Any

from flask import Response

from registry.api.artist_schemas import PageSchema
from registry.api.blueprint import Blueprint
from registry.api.idempotency import Act, write
from registry.api.paging import page_of_held
from registry.api.present import present_waiting
from registry.api.reply_schemas import CancelledSchema, WaitingSchema, page_of
from registry.api.wired import the_registry
from registry.domain.dossiers import Location, Rightsholder, Work
from registry.domain.events import Subject
from registry.services.settle_loosening import cancel_loosening, waiting_of

loosenings = Blueprint("loosenings", __name__, description="What waits before it permits")


@loosenings.route("/v1/loosenings", methods=["GET"])
@loosenings.arguments(PageSchema, location="query")
@loosenings.response(200, page_of(WaitingSchema, "loosenings"))
def get_loosenings(page: dict[str, Any]) -> Response:
    """Your own loosenings that have not taken effect."""
    now = the_registry().clock()

    def present(
        subject: Subject, on: Work | Location | Rightsholder, holder: Rightsholder
    ) -> list[dict[str, Any]]:
        return [
            present_waiting(waiting, subject)
            for waiting in waiting_of(on, now)
            if waiting.rightsholder == holder.id
        ]

    return page_of_held(page, "loosenings", present, catalogue=True)


@loosenings.route("/v1/loosenings/<id>/cancel", methods=["POST"])
@loosenings.response(200, CancelledSchema)
def post_cancellation(id: str) -> Response:
    """Cancel what waits: it never takes effect. No body."""

    def cancel(act: Act) -> dict[str, Any]:
        cancel_loosening(act.ledger, id, act.by, rightsholder=act.rightsholder)
        return {"id": id, "cancelled": True}

    return write(cancel, status=200)
