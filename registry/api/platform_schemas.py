"""The directory of platforms, and what a platform is told of its own requests (docs/platforms.md)."""

from marshmallow import Schema, fields, validate

from registry.domain.vocabulary import Decision, Usage

_moment = {"format": "date-time"}
_AT_ONCE = 100


class DirectoryQuerySchema(Schema):
    """Which platforms, from where, and how many."""

    q = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={
            "description": "a part of the name, of the legal entity or of the proved domain; or the id"
        },
    )
    after = fields.String(load_default="", validate=validate.Length(max=100))
    limit = fields.Integer(load_default=_AT_ONCE, validate=validate.Range(1, 1000))


class PlatformSchema(Schema):
    """A platform in the directory."""

    id = fields.String(
        required=True, metadata={"description": "what a permission names as its grantee"}
    )
    name = fields.String(
        required=True, metadata={"description": "as they wrote it: by itself no proof of anything"}
    )
    legal_entity = fields.String(required=True)
    affiliate_of = fields.List(fields.String(), required=True)
    domain = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "a domain of which control was shown, and still is; else null"},
    )


class MonthSchema(Schema):
    """Of which month."""

    month = fields.String(
        load_default=None,
        validate=validate.Regexp(r"[0-9]{4}-(0[1-9]|1[0-2])\Z"),
        metadata={"description": "such as 2026-11; left out: the present one"},
    )


class AnsweredOnSchema(Schema):
    """Items of one day and usage that got one decision."""

    day = fields.String(required=True, metadata={"format": "date"})
    usage = fields.String(required=True, metadata={"enum": [each.value for each in Usage]})
    decision = fields.String(
        required=True, metadata={"enum": [*(each.value for each in Decision), "error"]}
    )
    count = fields.Integer(required=True)


class AnsweredSchema(Schema):
    """A month's, newest day first."""

    month = fields.String(required=True)
    answers = fields.List(fields.Nested(AnsweredOnSchema), required=True)


class FailedSignatureSchema(Schema):
    """A request whose signature was refused."""

    at = fields.String(required=True, metadata=_moment)
    keyid = fields.String(required=True)
    method = fields.String(required=True)
    code = fields.String(required=True, metadata={"description": "the problem's"})
    detail = fields.String(required=True)
    signature_base = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "as it was computed here (its first 4,000 characters); null: it could not be"
        },
    )


class FailedSignaturesSchema(Schema):
    """Newest first."""

    failed_signatures = fields.List(fields.Nested(FailedSignatureSchema), required=True)
