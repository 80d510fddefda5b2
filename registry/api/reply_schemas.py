"""What artists and everybody else are given back; the tests hold every reply against these."""

from typing import Any

from marshmallow import Schema, fields

from registry.api.question_schemas import ConditionSchema
from registry.domain.vocabulary import LinkKind, Preference, Role, Usage, WorkKind

_moment = {"format": "date-time"}


def _enum(
    kind: type[Usage] | type[Role] | type[WorkKind] | type[LinkKind] | type[Preference],
) -> dict[str, object]:
    return {"enum": [each.value for each in kind]}


class ReceiptSchema(Schema):
    """Where the act lies in the log, and the proof that it does."""

    index = fields.Integer(required=True)
    proof = fields.List(
        fields.String(), required=True, metadata={"description": "base64, leaf's sibling first"}
    )
    checkpoint = fields.String(required=True, metadata={"description": "the signed note"})
    tlog_proof = fields.String(
        required=True, metadata={"description": "C2SP tlog-proof, to be filed"}
    )
    entry = fields.String(required=True, metadata={"description": "what the leaf commits to"})
    event = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "the body that the entry digests; null for a record, which is its own"
        },
    )


class LoggedSchema(Schema):
    """A reply to an act. `receipt` is null where nothing had to be done."""

    receipt = fields.Nested(ReceiptSchema, required=True, allow_none=True)


class ClaimSchema(Schema):
    """A claim, with what stands behind it for each identifier."""

    id = fields.String(required=True)
    role = fields.String(required=True, metadata=_enum(Role))
    inside = fields.String(required=True, allow_none=True)
    sole = fields.Boolean(required=True)
    assurance = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    disputed = fields.Boolean(required=True)


class LinkSchema(Schema):
    """A link from the using side."""

    id = fields.String(required=True)
    work = fields.String(required=True)
    kind = fields.String(required=True, metadata=_enum(LinkKind))
    to = fields.String(required=True)
    stands_by = fields.List(fields.String(), required=True)


class WorkSchema(Schema):
    """A work as one of its claimants sees it."""

    id = fields.String(required=True)
    kind = fields.String(required=True, metadata=_enum(WorkKind))
    title = fields.String(required=True)
    identifiers = fields.List(fields.String(), required=True)
    claim = fields.Nested(ClaimSchema, required=True, allow_none=True)
    claims = fields.List(fields.Nested(ClaimSchema), required=True)
    links = fields.List(fields.Nested(LinkSchema), required=True)


class LoggedWorkSchema(WorkSchema, LoggedSchema):
    """A work, and the receipt."""


class LoggedClaimSchema(ClaimSchema, LoggedSchema):
    """A claim, and the receipt."""


class LoggedLinkSchema(LinkSchema, LoggedSchema):
    """A link, and the receipt."""


class RemovalSchema(LoggedSchema):
    """A removal was proposed: it waits, and has to be confirmed with a fresh sign-in."""

    id = fields.String(
        required=True, metadata={"description": "of the loosening; cancel it by this"}
    )
    work = fields.String(required=True)
    identifier = fields.String()
    link = fields.String()
    takes_effect_at = fields.String(required=True, metadata=_moment)
    needs_confirmation = fields.Boolean(required=True)


class RecordSchema(Schema):
    """A signed consent record."""

    id = fields.String(required=True)
    url = fields.String(required=True, metadata={"format": "uri"})
    jws = fields.String(required=True)


class LoggedRecordSchema(LoggedSchema):
    """A declaration or withdrawal: its record, when it speaks, and the receipt."""

    id = fields.String(required=True)
    record = fields.Nested(RecordSchema, required=True)
    takes_effect_at = fields.String(required=True, allow_none=True, metadata=_moment)
    needs_confirmation = fields.Boolean(required=True)


class StatementSchema(Schema):
    """One category of a declaration."""

    usage = fields.String(required=True, metadata=_enum(Usage))
    preference = fields.String(required=True, metadata=_enum(Preference))
    conditions = fields.List(fields.Nested(ConditionSchema), required=True)
    valid_from = fields.String(required=True, metadata=_moment)
    valid_until = fields.String(required=True, allow_none=True, metadata=_moment)
    takes_effect_at = fields.String(required=True, allow_none=True, metadata=_moment)


class EndSchema(Schema):
    """The end of one category."""

    usage = fields.String(required=True, metadata=_enum(Usage))
    takes_effect_at = fields.String(required=True, allow_none=True, metadata=_moment)


class WithdrawalSchema(Schema):
    """A withdrawal of a declaration."""

    id = fields.String(required=True)
    record = fields.String(required=True, metadata={"format": "uri"})
    digest = fields.String(required=True)
    issued_at = fields.String(required=True, metadata=_moment)
    cancelled_at = fields.String(required=True, allow_none=True, metadata=_moment)
    ends = fields.List(fields.Nested(EndSchema), required=True)


class DeclarationSchema(Schema):
    """A declaration where it stands."""

    id = fields.String(required=True)
    subject = fields.Dict(required=True)
    grantee = fields.String(required=True, allow_none=True)
    record = fields.String(required=True, metadata={"format": "uri"})
    digest = fields.String(required=True)
    issued_at = fields.String(required=True, metadata=_moment)
    statements = fields.List(fields.Nested(StatementSchema), required=True)
    withdrawals = fields.List(fields.Nested(WithdrawalSchema), required=True)


class HistoryEntrySchema(DeclarationSchema):
    """One declaration of a chain, and when what it states ends."""

    ends_at = fields.String(required=True, allow_none=True, metadata=_moment)


class HistorySchema(Schema):
    """What a record superseded and what supersedes it, oldest first."""

    id = fields.String(required=True)
    declarations = fields.List(fields.Nested(HistoryEntrySchema), required=True)


class WaitingSchema(Schema):
    """A loosening that waits."""

    id = fields.String(required=True)
    what = fields.String(required=True)
    about = fields.String(required=True, metadata={"description": "what it would do, in words"})
    subject = fields.Dict(required=True)
    takes_effect_at = fields.String(required=True, metadata=_moment)
    needs_confirmation = fields.Boolean(required=True)


class CancelledSchema(LoggedSchema):
    """A loosening that never takes effect."""

    id = fields.String(required=True)
    cancelled = fields.Boolean(required=True)


def page_of(schema: type[Schema], name: str) -> Schema:
    """The schema of a page of these; `next` is the cursor of the next one, or null."""
    members: dict[str, fields.Field[Any]] = {
        name: fields.List(fields.Nested(schema), required=True),
        "next": fields.String(required=True, allow_none=True),
    }
    return Schema.from_dict(members, name=f"{name.capitalize()}Page")()
