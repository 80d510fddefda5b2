"""What a platform asks and is told: the truth of `/v1/verify`'s shape. One instance each, made once."""

from marshmallow import Schema, fields, validate

from registry.domain.vocabulary import Assurance, Decision, Preference, Usage

MOST_ITEMS = 10_000
MOST_IDENTIFIERS_OF_AN_ITEM = 100
LONGEST_IDENTIFIER = 8_192
LONGEST_REF = 200

_moment = {"format": "date-time"}


class ProblemSchema(Schema):
    """A problem, RFC 9457."""

    type = fields.String(required=True, metadata={"format": "uri"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "the last part of type"})
    detail = fields.String()
    field = fields.String(
        metadata={"description": "the input at fault, as items[3].identifiers[0]"}
    )
    reason = fields.String(metadata={"description": "which rule an identifier or location broke"})
    errors = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))


class ItemSchema(Schema):
    """One asset: what it is called, in one or several schemes."""

    ref = fields.String(
        validate=validate.Length(max=LONGEST_REF), metadata={"description": "your own reference"}
    )
    identifiers = fields.List(
        fields.String(validate=validate.Length(max=LONGEST_IDENTIFIER)),
        required=True,
        validate=validate.Length(min=1, max=MOST_IDENTIFIERS_OF_AN_ITEM),
        metadata={
            "description": "scheme:value each; an http(s) URL and an ISCC code may stand bare",
            "example": ["isrc:GBAYE0601498", "https://music.example/a/x"],
        },
    )


class QuestionSchema(Schema):
    """A question about up to 10,000 assets."""

    usage = fields.String(required=True, metadata={"enum": [usage.value for usage in Usage]})
    items = fields.List(
        fields.Nested(ItemSchema), required=True, validate=validate.Length(min=1, max=MOST_ITEMS)
    )
    as_of = fields.String(
        metadata={**_moment, "description": "answer as of then; not in the future"}
    )
    run = fields.String(
        validate=validate.Length(max=LONGEST_REF),
        metadata={"description": "your own name for this run"},
    )


class PartySchema(Schema):
    """Somebody by id and name."""

    id = fields.String(required=True)
    name = fields.String(required=True)


class ConditionSchema(Schema):
    """One condition of a `conditional`."""

    type = fields.String(
        required=True, metadata={"enum": ["licence", "contact", "credit", "price"]}
    )
    value = fields.String(required=True)


class EvidenceSchema(Schema):
    """One thing that an answer rests on."""

    matched = fields.String(
        required=True, metadata={"description": "the identifier that matched, canonical"}
    )
    how = fields.String(required=True)
    rightsholder = fields.Nested(PartySchema, required=True)
    assurance = fields.String(required=True, metadata={"enum": [each.value for each in Assurance]})
    scope = fields.String(required=True, allow_none=True)
    preference = fields.String(
        required=True, allow_none=True, metadata={"enum": [*(p.value for p in Preference), None]}
    )
    record = fields.String(required=True, allow_none=True, metadata={"format": "uri"})
    digest = fields.String(required=True, allow_none=True)
    grantee = fields.String(required=True, allow_none=True)
    conditions = fields.List(fields.Nested(ConditionSchema), required=True)
    speaks = fields.Boolean(required=True)
    reason = fields.String(metadata={"description": "why it counts for less, or was passed over"})


class ResultSchema(Schema):
    """The answer to one item, in its place. `decision` is absent where nothing could be read."""

    index = fields.Integer(required=True)
    ref = fields.String()
    decision = fields.String(metadata={"enum": [decision.value for decision in Decision]})
    permitted = fields.Boolean(required=True)
    opted_out = fields.Boolean(required=True)
    disputed = fields.Boolean()
    reasons = fields.List(fields.String())
    evidence = fields.List(fields.Nested(EvidenceSchema))
    error = fields.Nested(ProblemSchema)


class CheckpointSchema(Schema):
    """The log's head under which this was answered."""

    origin = fields.String(required=True)
    size = fields.Integer(required=True)
    root = fields.String(required=True, metadata={"description": "base64"})


class AnswerSchema(Schema):
    """All answers, in the order of the items, one each."""

    test = fields.Boolean(
        validate=validate.Equal(True),
        metadata={
            "description": "only, and always, in answers to test keys: they are about nothing real"
        },
    )
    usage = fields.String(required=True)
    answered_at = fields.String(required=True, metadata=_moment)
    valid_until = fields.String(required=True, allow_none=True, metadata=_moment)
    platform = fields.String(required=True, allow_none=True)
    run = fields.String()
    as_of = fields.String(metadata=_moment)
    question_digest = fields.String(
        required=True,
        metadata={
            "description": "sha-256 of the body's bytes; of the target URI where there is no body"
        },
    )
    checkpoint = fields.Nested(CheckpointSchema, required=True)
    vocabulary = fields.String(required=True)
    canonical_form = fields.String(required=True)
    results = fields.List(fields.Nested(ResultSchema), required=True)
    records = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "with include=records: the signed record behind each `record`"},
    )


QUESTION = QuestionSchema()
ITEM = ItemSchema()
