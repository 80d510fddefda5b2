"""Locations of a token's rightsholder: hosts and URL prefixes that they speak for."""

from typing import Any, cast

from flask import Response, request

from registry.api.artist_schemas import NewLocationSchema, PageSchema
from registry.api.blueprint import Blueprint
from registry.api.idempotency import Act, write
from registry.api.json_bodies import encode_json
from registry.api.paging import page_of_held
from registry.api.present_proof import present_location
from registry.api.proof_schemas import LocationSchema, LoggedLocationSchema
from registry.api.reply_schemas import page_of
from registry.api.wired import the_registry
from registry.domain.dossiers import Location, Rightsholder, Work
from registry.domain.events import Subject
from registry.domain.vocabulary import Role
from registry.services import find
from registry.services.open_account import authenticate_token
from registry.services.register_work import NewLocation, register_location

locations = Blueprint("locations", __name__, description="Places on the web")


@locations.route("/v1/locations", methods=["POST"])
@locations.arguments(NewLocationSchema)
@locations.response(201, LoggedLocationSchema)
def post_location(new: dict[str, Any]) -> Response:
    """Register a host or URL prefix, with a first claim on it; `challenge` says how to prove it."""
    asked = NewLocation(new["url"], new["subdomains"], new["sole"], Role(new["role"]))

    def register(act: Act) -> dict[str, Any]:
        location = register_location(act.ledger, act.rightsholder, asked, act.by)
        holder = find.the_rightsholder(act.ledger.uow, act.rightsholder)
        return present_location(location, holder, act.ledger.place, act.ledger.uow)

    return write(register, rightsholder=new["rightsholder"])


@locations.route("/v1/locations", methods=["GET"])
@locations.arguments(PageSchema, location="query")
@locations.response(200, page_of(LocationSchema, "locations"))
def get_locations(page: dict[str, Any]) -> Response:
    """Your own locations, in order of id."""
    place = the_registry().place

    def present(
        _: Subject, on: Work | Location | Rightsholder, holder: Rightsholder
    ) -> list[dict[str, Any]]:
        return [present_location(on, holder, place)] if isinstance(on, Location) else []

    return page_of_held(page, "locations", present)


@locations.route("/v1/locations/<id>", methods=["GET"])
@locations.response(200, LocationSchema)
def get_location(id: str) -> Response:
    """One of your own locations, with how the proof of it stands."""
    registry = the_registry()
    with registry.reading() as uow:
        token = authenticate_token(uow, request.headers.get("Authorization"))
        location = cast(Location, find.own(uow, token.rightsholder, Subject("location", id)))
        holder = find.the_rightsholder(uow, token.rightsholder)
        members = present_location(location, holder, registry.place, uow)
    return Response(
        encode_json(members),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
