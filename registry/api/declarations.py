"""Declarations: say what may be done, see what was said, withdraw it. Each becomes a signed record."""

from typing import Any

from flask import Response

from registry.api.artist_schemas import NewDeclarationSchema, PageSchema
from registry.api.blueprint import Blueprint
from registry.api.idempotency import Act, write
from registry.api.paging import page_of_held
from registry.api.present import moment, present_declaration, present_record
from registry.api.reply_schemas import DeclarationSchema, LoggedRecordSchema, page_of
from registry.api.wired import the_registry
from registry.domain.declaration import Wish
from registry.domain.dossiers import Location, Rightsholder, Work
from registry.domain.events import Conditions, Subject
from registry.errors import InvalidDeclaration
from registry.instants import parse_rfc3339
from registry.services.declare import Declaration, Withdrawal, declare, withdraw

declarations = Blueprint(
    "declarations", __name__, description="What may be done, in signed records"
)


@declarations.route("/v1/declarations", methods=["POST"])
@declarations.arguments(NewDeclarationSchema)
@declarations.response(201, LoggedRecordSchema)
def post_declaration(new: dict[str, Any]) -> Response:
    """Declare what may be done with a work, at a location, or with all you hold.

    What loosens (a permission) only takes effect after a delay, once confirmed with a fresh sign-in.
    """
    wish = _wish(new)

    def act_on(act: Act) -> dict[str, Any]:
        subject = _subject(new["subject"], act.rightsholder)
        return _done(
            declare(act.ledger, act.rightsholder, subject, wish, act.by, grantee=new["grantee"]),
            act.base,
        )

    return write(act_on, rightsholder=new["rightsholder"], together=True)


@declarations.route("/v1/declarations", methods=["GET"])
@declarations.arguments(PageSchema, location="query")
@declarations.response(200, page_of(DeclarationSchema, "declarations"))
def get_declarations(page: dict[str, Any]) -> Response:
    """Your own declarations: on your catalogue first, then by what they are on."""
    base = the_registry().place.public_url

    def present(
        subject: Subject, on: Work | Location | Rightsholder, holder: Rightsholder
    ) -> list[dict[str, Any]]:
        return [
            present_declaration(held, subject, base)
            for held in on.declarations
            if held.rightsholder == holder.id
        ]

    return page_of_held(page, "declarations", present, catalogue=True)


@declarations.route("/v1/declarations/<id>/withdraw", methods=["POST"])
@declarations.response(200, LoggedRecordSchema)
def post_withdrawal(id: str) -> Response:
    """Withdraw a declaration: an allow ends at once, the rest after the delay, once confirmed. No body."""
    return write(
        lambda act: _done(withdraw(act.ledger, act.rightsholder, id, act.by), act.base),
        status=200,
        together=True,
    )


def _done(done: Declaration | Withdrawal, base: str) -> dict[str, Any]:
    return {
        "id": done.record.id,
        "record": present_record(done.record, base),
        "takes_effect_at": moment(done.takes_effect_at),
        "needs_confirmation": done.waits_for_confirmation,
    }


def _subject(named: dict[str, Any], rightsholder: str) -> Subject:
    if len(named) != 1 or named.get("catalogue") is False:
        raise InvalidDeclaration(
            'name exactly one subject: {"work": id}, {"location": id} or {"catalogue": true}',
            field="subject",
        )
    if "catalogue" in named:
        return Subject("catalogue", rightsholder)
    return (
        Subject("work", named["work"])
        if "work" in named
        else Subject("location", named["location"])
    )


def _wish(new: dict[str, Any]) -> Wish:
    conditions = new["conditions"]
    return Wish(
        preset=new["preset"],
        preferences=new["preferences"],
        conditions=None if conditions is None else Conditions(**conditions),
        valid_from=_ms(new, "valid_from"),
        valid_until=_ms(new, "valid_until"),
    )


def _ms(new: dict[str, Any], field: str) -> int | None:
    return None if new[field] is None else parse_rfc3339(new[field], field=field)
