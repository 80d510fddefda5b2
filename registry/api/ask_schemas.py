"""What a platform asked, and the proof of it; and what artists are told of it (docs/formats.md)."""

from marshmallow import Schema, fields, validate

from registry.api.reply_schemas import ReceiptSchema
from registry.domain.vocabulary import Decision, Usage

MOST_ASKS = 1_000
_AT_ONCE = 100
_LARGEST = 2**53 - 1
_moment = {"format": "date-time"}
_digest = {"pattern": "^sha-256=:[0-9A-Za-z+/]{43}=:$"}


class AsksQuerySchema(Schema):
    """From where, and how many."""

    after = fields.Integer(
        load_default=0,
        validate=validate.Range(0, _LARGEST),
        metadata={"description": "the id of the last question that you have; left out: all"},
    )
    limit = fields.Integer(load_default=_AT_ONCE, validate=validate.Range(1, MOST_ASKS))


class AskSchema(Schema):
    """A question, as digests."""

    id = fields.Integer(required=True)
    platform = fields.String(required=True)
    time = fields.String(
        required=True, metadata={**_moment, "description": "`answered_at` of its answer"}
    )
    question_digest = fields.String(required=True, metadata=_digest)
    answer_digest = fields.String(
        required=True, metadata={**_digest, "description": "of the answer's body as it was sent"}
    )
    salt = fields.String(required=True, metadata={"description": "16 bytes, base64"})
    until = fields.String(
        required=True,
        metadata={**_moment, "description": "the end of the hour to which it belongs"},
    )


class AsksSchema(Schema):
    """A page of questions, in the order in which they were written down."""

    asks = fields.List(fields.Nested(AskSchema), required=True)
    next = fields.Integer(
        required=True, metadata={"description": "goes into `after` of the next call"}
    )
    more = fields.Boolean(required=True)


class AskRootSchema(Schema):
    """The hour's root, and the way from the question to it."""

    begins = fields.String(required=True, data_key="from", metadata=_moment)
    until = fields.String(required=True, metadata=_moment)
    count = fields.Integer(required=True, metadata={"description": "questions in the hour"})
    root = fields.String(required=True, metadata={"description": "32 bytes, base64"})
    index = fields.Integer(required=True, metadata={"description": "the question's place, from 0"})
    proof = fields.List(
        fields.String(), required=True, metadata={"description": "the audit path, base64"}
    )


class AskProofSchema(Schema):
    """That a question is in the log: to be filed, and checked offline."""

    ask = fields.Nested(AskSchema, required=True)
    hour = fields.Nested(AskRootSchema, required=True)
    receipt = fields.Nested(ReceiptSchema, required=True)


class LookupsQuerySchema(Schema):
    """Of whose works (a token may act for several), of which months, from where, how many."""

    rightsholder = fields.String(load_default=None)
    month = fields.String(
        load_default=None,
        validate=validate.Regexp(r"[0-9]{4}-(0[1-9]|1[0-2])\Z"),
        metadata={"description": "such as 2026-11; left out: the present one"},
    )
    after = fields.String(
        load_default="", validate=validate.Length(max=100), metadata={"description": "a work's id"}
    )
    limit = fields.Integer(load_default=_AT_ONCE, validate=validate.Range(1, MOST_ASKS))


class ToldSchema(Schema):
    """How often one platform was told one thing."""

    platform = fields.String(required=True)
    name = fields.String(required=True)
    usage = fields.String(required=True, metadata={"enum": [each.value for each in Usage]})
    decision = fields.String(required=True, metadata={"enum": [each.value for each in Decision]})
    count = fields.Integer(required=True)


class WorkLookupsSchema(Schema):
    """Who asked about one work in the month."""

    work = fields.String(required=True)
    title = fields.String(required=True)
    month = fields.String(required=True)
    told = fields.List(fields.Nested(ToldSchema), required=True)


class LookupsSchema(Schema):
    """A page of works that were asked about."""

    lookups = fields.List(fields.Nested(WorkLookupsSchema), required=True)
    next = fields.String(required=True, allow_none=True)
