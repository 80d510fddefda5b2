"""What a platform sends and is given about its webhooks; docs/formats.md says what each member means."""

from marshmallow import Schema, fields, validate

from registry.services.register_webhook import EVENT_TYPES, LONGEST_URL
from registry.storage.webhooks import NoticeKind, WebhookState

_moment = {"format": "date-time"}


class NewWebhookSchema(Schema):
    """Where to be told, and of what."""

    url = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_URL))
    kinds = fields.List(
        fields.String(validate=validate.OneOf(EVENT_TYPES, error="Use one of: {choices}.")),
        load_default=list,
        validate=validate.Length(max=len(EVENT_TYPES)),
        metadata={"description": "types of events; none: all"},
    )


class NoticeSchema(Schema):
    """A notice that was not taken yet. `first`, `last`: indexes of entries of the log; null where it tells of none."""

    id = fields.String(required=True)
    type = fields.String(required=True, metadata={"enum": [each.value for each in NoticeKind]})
    made_at = fields.String(required=True, metadata=_moment)
    first = fields.Integer(required=True, allow_none=True)
    last = fields.Integer(required=True, allow_none=True)
    count = fields.Integer(required=True)
    kinds = fields.List(fields.String(), required=True)
    tries = fields.Integer(required=True)
    tried_at = fields.String(required=True, allow_none=True, metadata=_moment)
    given_up_at = fields.String(required=True, allow_none=True, metadata=_moment)
    trouble = fields.String(
        required=True, allow_none=True, metadata={"description": "why the last try failed"}
    )


class WebhookSchema(Schema):
    """A webhook as it stands. `next` is the first entry of the log that no notice tells of yet."""

    id = fields.String(required=True)
    url = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)
    state = fields.String(required=True, metadata={"enum": [each.value for each in WebhookState]})
    made_at = fields.String(required=True, metadata=_moment)
    next = fields.Integer(required=True)
    delivered = fields.Integer(required=True)
    delivered_at = fields.String(required=True, allow_none=True, metadata=_moment)
    waiting = fields.Nested(NoticeSchema, required=True, allow_none=True)
    dead_letters = fields.Integer(required=True)
    trouble = fields.String(required=True, allow_none=True)


class WebhooksSchema(Schema):
    """A platform's webhooks, oldest first."""

    webhooks = fields.List(fields.Nested(WebhookSchema), required=True)


class DeletedSchema(Schema):
    """A webhook that is gone."""

    id = fields.String(required=True)
    deleted = fields.Boolean(required=True)


class DeadLettersSchema(Schema):
    """Notices that were given up on, oldest first."""

    dead_letters = fields.List(fields.Nested(NoticeSchema), required=True)


class ReplayedSchema(Schema):
    """How many notices are sent again."""

    id = fields.String(required=True)
    replayed = fields.Integer(required=True)
