"""What a follower of the log asks for and is given (`/v1/changes`); docs/formats.md says what each member means."""

from marshmallow import Schema, fields, validate

from registry.api.question_schemas import CheckpointSchema
from registry.domain.vocabulary import LinkKind, Preference, Usage
from registry.services.list_changes import MOST_CHANGES

LONGEST_WAIT = 30
"""Seconds."""
_AT_ONCE = 100
_LARGEST_INDEX = 2**53 - 1
_moment = {"format": "date-time"}
_key = {"pattern": "^[0-9a-f]{64}$"}


class ChangesQuerySchema(Schema):
    """From where, how many, and how long to wait for the first."""

    after = fields.Integer(
        load_default=None,
        validate=validate.Range(0, _LARGEST_INDEX),
        metadata={
            "description": "the index of the last entry that you have; left out: from the start"
        },
    )
    limit = fields.Integer(load_default=_AT_ONCE, validate=validate.Range(1, MOST_CHANGES))
    wait = fields.Integer(
        load_default=0,
        validate=validate.Range(0, LONGEST_WAIT),
        metadata={"description": "seconds to wait where there is nothing new"},
    )


class ChangeSchema(Schema):
    """One entry of the log, and what it touches."""

    index = fields.Integer(required=True)
    type = fields.String(required=True)
    id = fields.String(required=True, metadata={"description": "as in the log: the id, hashed"})
    digest = fields.String(required=True, metadata={"description": "as in the log and in evidence"})
    time = fields.String(required=True, metadata=_moment)
    subjects = fields.List(
        fields.String(), required=True, metadata={"description": "ids of members of `subjects`"}
    )


class HolderSchema(Schema):
    """A rightsholder with a claim that stands."""

    rightsholder = fields.String(required=True)
    disputed = fields.Boolean(required=True)
    set_aside_from = fields.List(fields.String(metadata=_moment), required=True)


class ParentSchema(Schema):
    """A platform to which this one belongs or belonged."""

    platform = fields.String(required=True)
    ended = fields.Boolean(required=True)


class LinkedSchema(Schema):
    """A link to another work."""

    kind = fields.String(required=True, metadata={"enum": [each.value for each in LinkKind]})
    to = fields.String(required=True)


class SaidSchema(Schema):
    """A statement in force."""

    rightsholder = fields.String(required=True)
    grantee = fields.String(required=True, allow_none=True)
    usage = fields.String(required=True, metadata={"enum": [each.value for each in Usage]})
    preference = fields.String(
        required=True, metadata={"enum": [each.value for each in Preference]}
    )
    pending = fields.Boolean(required=True)
    digest = fields.String(required=True)


class SpanSchema(Schema):
    """What holds from a moment (null: now) until the next span begins."""

    begins = fields.String(required=True, allow_none=True, data_key="from", metadata=_moment)
    keys = fields.List(fields.String(metadata=_key), required=True)
    covering = fields.List(fields.String(metadata=_key), required=True)
    links = fields.List(fields.Nested(LinkedSchema), required=True)
    says = fields.List(fields.Nested(SaidSchema), required=True)


class ChangedSubjectSchema(Schema):
    """What holds of a work, location, rightsholder or platform, under the page's checkpoint."""

    kind = fields.String(
        required=True, metadata={"enum": ["work", "location", "rightsholder", "platform"]}
    )
    id = fields.String(required=True)
    holders = fields.List(fields.Nested(HolderSchema), required=True)
    parents = fields.List(fields.Nested(ParentSchema), required=True)
    spans = fields.List(fields.Nested(SpanSchema), required=True)


class ChangesSchema(Schema):
    """A page of changes."""

    answered_at = fields.String(required=True, metadata=_moment)
    checkpoint = fields.Nested(CheckpointSchema, required=True)
    vocabulary = fields.String(required=True)
    canonical_form = fields.String(required=True)
    changes = fields.List(fields.Nested(ChangeSchema), required=True)
    subjects = fields.List(fields.Nested(ChangedSubjectSchema), required=True)
    next = fields.Integer(
        required=True, metadata={"description": "goes into `after` of the next call"}
    )
    more = fields.Boolean(required=True, metadata={"description": "the log has more already"})
