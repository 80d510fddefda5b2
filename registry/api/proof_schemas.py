"""How a claim is proved, and how its proof stands: the replies' schemas."""

from marshmallow import Schema, fields

from registry.api.reply_schemas import ClaimSchema, LoggedSchema
from registry.domain.control import Means
from registry.storage.proofs import ProofState

_moment = {"format": "date-time"}


class WaySchema(Schema):
    """One way to prove a location."""

    means = fields.String(required=True, metadata={"enum": [each.value for each in Means]})
    place = fields.String(required=True, metadata={"description": "a URL, or a name in DNS"})
    line = fields.String(required=True, metadata={"description": "what to put there, exactly"})
    by_host = fields.Boolean(
        required=True, metadata={"description": "only who runs the host can do it"}
    )
    do = fields.String(required=True, metadata={"description": "the same in a sentence"})


class ChallengeSchema(Schema):
    """What has to be put up, and where: any one way proves the location."""

    token = fields.String(required=True)
    ways = fields.List(fields.Nested(WaySchema), required=True)


class SightSchema(Schema):
    """One place that was looked at."""

    place = fields.String(required=True)
    proved = fields.Boolean(required=True)
    words = fields.String(required=True)


class ProofSchema(Schema):
    """How a proof stands: asked for, found, not found, or found once and not any more."""

    state = fields.String(required=True, metadata={"enum": [each.value for each in ProofState]})
    asked_at = fields.String(required=True, metadata=_moment)
    looked_at = fields.String(required=True, allow_none=True, metadata=_moment)
    seen = fields.List(fields.Nested(SightSchema), required=True)


class LocationClaimSchema(ClaimSchema):
    """A claim on a location, and how to prove it; `proof` is null until somebody asks for a look."""

    challenge = fields.Nested(ChallengeSchema, required=True)
    proof = fields.Nested(ProofSchema, allow_none=True)


class LocationSchema(Schema):
    """A location as one of its claimants sees it."""

    id = fields.String(required=True)
    url = fields.String(required=True)
    subdomains = fields.Boolean(required=True)
    claim = fields.Nested(LocationClaimSchema, required=True, allow_none=True)
    claims = fields.List(fields.Nested(LocationClaimSchema), required=True)


class LoggedLocationSchema(LocationSchema, LoggedSchema):
    """A location, and the receipt."""


class ProvedClaimSchema(LoggedSchema):
    """A claim and how its proof stands. `receipt` is null: what a look finds is logged when it is found."""

    claim = fields.Nested(ClaimSchema, required=True)
    proof = fields.Nested(ProofSchema, required=True)
