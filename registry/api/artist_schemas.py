"""What artists and those who act for them send. Unknown members are refused."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from registry.domain.declaration import Choice
from registry.domain.events import Conditions
from registry.domain.vocabulary import PRESETS, LinkKind, Preference, Role, Usage, WorkKind
from registry.services.register_work import LONGEST_TITLE
from registry.services.register_work import MOST_IDENTIFIERS as MOST_OF_A_WORK

_LONGEST = 8_192
_CONDITIONS = ("licence", "contact", "credit", "price")
_moment = {"format": "date-time"}


def _one_of(kind: Any) -> validate.OneOf:
    return validate.OneOf([each.value for each in kind], error="Use one of: {choices}.")


class _Texts(fields.List[str]):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            fields.String(validate=validate.Length(min=1, max=_LONGEST)),
            validate=validate.Length(min=1, max=MOST_OF_A_WORK),
            **options,
        )


class YesOrNo(fields.Boolean):
    """true or false, and nothing that is only like it."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if value is True or value is False:
            return value
        raise ValidationError("Give true or false.")


class InsideField(fields.Field[Any]):
    """The works inside: their ids, or "none", or "mine"."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if value in ("none", "mine"):
            return value
        if isinstance(value, list) and len(value) <= 64 and all(isinstance(e, str) for e in value):
            return tuple(value)
        raise ValidationError('Give a list of at most 64 work ids, or "none", or "mine".')


_inside = {
    "oneOf": [
        {"type": "string", "enum": ["none", "mine"]},
        {"type": "array", "items": {"type": "string"}, "maxItems": 64},
    ],
}


class ForSchema(Schema):
    """For whom: left out, for the token's own rightsholder."""

    rightsholder = fields.String(load_default=None)


class NewWorkSchema(ForSchema):
    """A work with a first claim."""

    title = fields.String(required=True, validate=validate.Length(max=2 * LONGEST_TITLE))
    kind = fields.String(required=True, validate=_one_of(WorkKind))
    role = fields.String(required=True, validate=_one_of(Role))
    identifiers = _Texts(required=True)
    embodies = InsideField(load_default=None, metadata=_inside)
    contains = InsideField(load_default=None, metadata=_inside)
    part_of = fields.List(fields.String(), load_default=list, validate=validate.Length(max=64))


class IdentifiersSchema(ForSchema):
    """Identifiers to add."""

    identifiers = _Texts(required=True)


class NewClaimSchema(ForSchema):
    """One more claim on a work."""

    role = fields.String(required=True, validate=_one_of(Role))
    inside = fields.String(load_default=None, validate=validate.OneOf(["none", "mine"]))


class NewLinkSchema(ForSchema):
    """A link to another work, in the direction of use."""

    kind = fields.String(required=True, validate=_one_of(LinkKind))
    to = fields.String(required=True)


class NewLocationSchema(ForSchema):
    """A host or URL prefix."""

    url = fields.String(required=True, validate=validate.Length(min=1, max=_LONGEST))
    subdomains = YesOrNo(load_default=False)
    sole = YesOrNo(load_default=False, metadata={"description": "everything under it is yours"})
    role = fields.String(load_default=Role.OTHER.value, validate=_one_of(Role))


class ConditionsSchema(Schema):
    """What a `conditional` asks for."""

    licence = fields.String(metadata={"format": "uri"})
    contact = fields.String()
    credit = fields.String()
    price = fields.String()


class ChoiceField(fields.Field[Choice]):
    """A preference by itself, or with its conditions."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Choice:
        members = {"preference": value} if isinstance(value, str) else value
        if not isinstance(members, Mapping):
            raise ValidationError('Give "allow", "deny" or an object with a preference.')
        unknown = sorted(set(members) - {"preference", *_CONDITIONS})
        if unknown:
            raise ValidationError({unknown[0]: ["Unknown field."]})
        if members.get("preference") not in list(Preference):
            raise ValidationError("The preference is allow, deny or conditional.")
        named = {name: members[name] for name in _CONDITIONS if name in members}
        for name, text in named.items():
            if not isinstance(text, str):
                raise ValidationError({name: ["Not a valid string."]})
        return Choice(Preference(members["preference"]), Conditions(**named) if named else None)


class PreferencesField(fields.Dict):
    """Preferences by category; what is wrong with one is said at its category."""

    def _deserialize(self, value: Any, *rest: Any, **options: Any) -> Any:
        try:
            return super()._deserialize(value, *rest, **options)  # type: ignore[no-untyped-call]
        except ValidationError as error:
            messages = error.messages
            if isinstance(messages, dict):
                raise ValidationError(
                    {key: below.get("value", below) for key, below in messages.items()}
                ) from None
            raise


_choice = {
    "oneOf": [
        {"type": "string", "enum": ["allow", "deny"]},
        {
            "type": "object",
            "required": ["preference"],
            "additionalProperties": False,
            "properties": {
                "preference": {"type": "string", "enum": [each.value for each in Preference]},
                **{name: {"type": "string"} for name in _CONDITIONS},
            },
        },
    ]
}


class SubjectSchema(Schema):
    """What a declaration is about: exactly one of these."""

    work = fields.String(metadata={"description": "a work's id"})
    location = fields.String(metadata={"description": "a location's id"})
    catalogue = YesOrNo(metadata={"description": "true: everything you hold"})


class NewDeclarationSchema(ForSchema):
    """What may be done: a preset, preferences by category, or both (the named ones win)."""

    subject = fields.Nested(SubjectSchema, required=True)
    preset = fields.String(load_default=None, metadata={"enum": list(PRESETS)})
    preferences = PreferencesField(
        keys=fields.String(metadata={"enum": [usage.value for usage in Usage]}),
        values=ChoiceField(metadata=_choice),
        load_default=dict,
    )
    conditions = fields.Nested(ConditionsSchema, load_default=None)
    grantee = fields.String(load_default=None, metadata={"description": "a platform's id"})
    valid_from = fields.String(load_default=None, metadata=_moment)
    valid_until = fields.String(load_default=None, metadata=_moment)


class PageSchema(Schema):
    """Which page: what comes after `after`."""

    after = fields.String(load_default="", validate=validate.Length(max=64))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))
    rightsholder = fields.String(load_default=None)
