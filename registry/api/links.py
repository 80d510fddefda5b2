"""Links between works: say one, stand by one, take one away."""

from typing import Any

from flask import Response

from registry.api.artist_schemas import NewLinkSchema
from registry.api.blueprint import Blueprint
from registry.api.idempotency import Act, write
from registry.api.present import present_link
from registry.api.reply_schemas import LoggedLinkSchema, RemovalSchema
from registry.domain.vocabulary import LinkKind
from registry.instants import rfc3339
from registry.services.link_works import confirm_link, link_works, propose_link_removal

links = Blueprint("links", __name__, description="Which work uses which")


@links.route("/v1/works/<id>/links", methods=["POST"])
@links.arguments(NewLinkSchema)
@links.response(201, LoggedLinkSchema)
def post_link(new: dict[str, Any], id: str) -> Response:
    """Say that a work embodies, contains or is part of another."""

    def link(act: Act) -> dict[str, Any]:
        made = link_works(
            act.ledger, act.rightsholder, id, LinkKind(new["kind"]), new["to"], act.by
        )
        return present_link(made, id)

    return write(link, rightsholder=new["rightsholder"])


@links.route("/v1/links/<id>/confirm", methods=["POST"])
@links.response(200, LoggedLinkSchema)
def post_confirmation(id: str) -> Response:
    """Stand by a link that somebody else made. Doing so twice changes nothing. No body."""

    def confirm(act: Act) -> dict[str, Any]:
        work, link = confirm_link(act.ledger, act.rightsholder, id, act.by)
        return present_link(link, work.id)

    return write(confirm, status=200)


@links.route("/v1/links/<id>", methods=["DELETE"])
@links.response(202, RemovalSchema)
def delete_link(id: str) -> Response:
    """Propose to take a link away: it waits, has to be confirmed, and can be cancelled."""

    def propose(act: Act) -> dict[str, Any]:
        proposal = propose_link_removal(act.ledger, act.rightsholder, id, act.by)
        return {
            "id": proposal.loosening,
            "work": proposal.work,
            "link": proposal.link,
            "takes_effect_at": rfc3339(proposal.takes_effect_at),
            "needs_confirmation": True,
        }

    return write(propose, status=202)
