"""Works of a token's rightsholder: register, read, add and take away identifiers, claim as a co-owner."""

from typing import Any, cast

from flask import Response, request

from registry.api.artist_schemas import (
    IdentifiersSchema,
    NewClaimSchema,
    NewWorkSchema,
    PageSchema,
)
from registry.api.blueprint import Blueprint
from registry.api.idempotency import Act, write
from registry.api.json_bodies import encode_json
from registry.api.paging import page_of_held
from registry.api.present import present_claim, present_work
from registry.api.reply_schemas import (
    LoggedClaimSchema,
    LoggedWorkSchema,
    RemovalSchema,
    WorkSchema,
    page_of,
)
from registry.api.wired import the_registry
from registry.domain.dossiers import Location, Rightsholder, Work
from registry.domain.events import Subject
from registry.domain.vocabulary import Role, WorkKind
from registry.instants import rfc3339
from registry.services import find
from registry.services.open_account import authenticate_token
from registry.services.register_work import (
    NewWork,
    add_identifiers,
    claim_subject,
    propose_identifier_removal,
    register_work,
)

works = Blueprint("works", __name__, description="Works, for their rightsholders")


def _shown(act: Act, work: Work) -> dict[str, Any]:
    return present_work(work, find.the_rightsholder(act.ledger.uow, act.rightsholder))


@works.route("/v1/works", methods=["POST"])
@works.arguments(NewWorkSchema)
@works.response(201, LoggedWorkSchema)
def post_work(new: dict[str, Any]) -> Response:
    """Register a work, with a first claim on it."""
    work = NewWork(
        title=new["title"],
        kind=WorkKind(new["kind"]),
        role=Role(new["role"]),
        identifiers=tuple(new["identifiers"]),
        embodies=new["embodies"],
        contains=new["contains"],
        part_of=tuple(new["part_of"]),
    )
    return write(
        lambda act: _shown(act, register_work(act.ledger, act.rightsholder, work, act.by)),
        rightsholder=new["rightsholder"],
    )


@works.route("/v1/works", methods=["GET"])
@works.arguments(PageSchema, location="query")
@works.response(200, page_of(WorkSchema, "works"))
def get_works(page: dict[str, Any]) -> Response:
    """Your own works, in order of id."""

    def present(
        _: Subject, on: Work | Location | Rightsholder, holder: Rightsholder
    ) -> list[dict[str, Any]]:
        return [present_work(on, holder)] if isinstance(on, Work) else []

    return page_of_held(page, "works", present)


@works.route("/v1/works/<id>", methods=["GET"])
@works.response(200, WorkSchema)
def get_work(id: str) -> Response:
    """One of your own works."""
    with the_registry().reading() as uow:
        token = authenticate_token(uow, request.headers.get("Authorization"))
        work = cast(Work, find.own(uow, token.rightsholder, Subject("work", id)))
        members = present_work(work, find.the_rightsholder(uow, token.rightsholder))
    return Response(
        encode_json(members),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


@works.route("/v1/works/<id>/identifiers", methods=["POST"])
@works.arguments(IdentifiersSchema)
@works.response(201, LoggedWorkSchema)
def post_identifiers(new: dict[str, Any], id: str) -> Response:
    """Add identifiers. Adding what is there already changes nothing."""
    texts = new["identifiers"]
    return write(
        lambda act: _shown(act, add_identifiers(act.ledger, act.rightsholder, id, texts, act.by)),
        rightsholder=new["rightsholder"],
    )


@works.route("/v1/works/<id>/identifiers/<path:identifier>", methods=["DELETE"])
@works.response(202, RemovalSchema)
def delete_identifier(id: str, identifier: str) -> Response:
    """Propose to take an identifier away (percent-encoded in the path).

    Taking away loosens: it waits, has to be confirmed with a fresh sign-in, and can be cancelled.
    """

    def propose(act: Act) -> dict[str, Any]:
        proposal = propose_identifier_removal(act.ledger, act.rightsholder, id, identifier, act.by)
        return {
            "id": proposal.loosening,
            "work": proposal.work,
            "identifier": proposal.identifier,
            "takes_effect_at": rfc3339(proposal.takes_effect_at),
            "needs_confirmation": True,
        }

    return write(propose, status=202)


@works.route("/v1/works/<id>/claims", methods=["POST"])
@works.arguments(NewClaimSchema)
@works.response(201, LoggedClaimSchema)
def post_claim(new: dict[str, Any], id: str) -> Response:
    """Claim a work that is registered already: as a co-owner, or in another role."""

    def claim(act: Act) -> dict[str, Any]:
        subject, uow = Subject("work", id), act.ledger.uow
        held = claim_subject(
            act.ledger, act.rightsholder, subject, Role(new["role"]), new["inside"], act.by
        )
        texts = [each.text for each in find.the_work(uow, id).identifiers]
        return present_claim(held, texts, find.the_rightsholder(uow, act.rightsholder))

    return write(claim, rightsholder=new["rightsholder"])
