"""What is sent and given back about imports of catalogues; docs/artists.md says what each member means."""

import json
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from registry.api.artist_schemas import ConditionsSchema, ForSchema, YesOrNo
from registry.catalogues.columns import FIELDS
from registry.catalogues.formats import FORMS
from registry.domain.vocabulary import PRESETS, WorkKind
from registry.storage.imports import ImportState

_moment = {"format": "date-time"}
_MOST_MAPPED = 512
_mapped = {
    "type": "object",
    "additionalProperties": {"type": "string", "enum": [*FIELDS, ""]},
    "maxProperties": _MOST_MAPPED,
}


class MappingField(fields.Field[dict[str, str]]):
    """Column → what it holds; in a query as the text of a JSON object."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, str]:
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                value = None
        if not isinstance(value, Mapping) or len(value) > _MOST_MAPPED:
            raise ValidationError("Give a JSON object: the names of columns, and what each holds.")
        if not all(isinstance(each, str) for pair in value.items() for each in pair):
            raise ValidationError("The names of columns and what they hold are texts.")
        return dict(value)


def _chosen(*words: str) -> Any:
    return validate.OneOf(words, error="Use one of: {choices}.")


class OptionsSchema(ForSchema):
    """How a catalogue is to be taken; what is left out stays as it was."""

    kind = fields.String(
        validate=_chosen(*(each.value for each in WorkKind)),
        metadata={"description": "of rows that do not tell theirs; recording unless given"},
    )
    inside = fields.String(
        validate=_chosen("mine", "none"),
        metadata={"description": "of the rights inside works whose row names no composition"},
    )
    compositions = fields.String(
        validate=_chosen("mine", "others"),
        metadata={
            "description": "whose the compositions are that recordings name; others unless given"
        },
    )
    preset = fields.String(
        validate=_chosen(*PRESETS),
        metadata={"description": "what is declared on every work; nothing unless given"},
    )


class NewImportSchema(OptionsSchema):
    """The query of an upload; its body is the file."""

    name = fields.String(
        load_default="", validate=validate.Length(max=200), metadata={"description": "the file's"}
    )
    mapping = MappingField(
        metadata={
            "type": "string",
            "contentMediaType": "application/json",
            "description": 'a JSON object of columns and what they hold, such as {"Code": "isrc"}',
        }
    )
    licence = fields.String(metadata={"format": "uri"})
    contact = fields.String()
    credit = fields.String()
    price = fields.String()


class StartSchema(OptionsSchema):
    """How an import is started: to the end, or only until it is known what would be registered."""

    dry_run = YesOrNo(load_default=False)
    mapping = MappingField(metadata=_mapped)
    conditions = fields.Nested(ConditionsSchema)


class ColumnSchema(Schema):
    """A column, what it holds, and how that is known."""

    name = fields.String(required=True)
    field = fields.String(required=True, metadata={"enum": [*FIELDS, ""]})
    why = fields.String(
        required=True, metadata={"enum": ["name", "content", "format", "given", "unknown"]}
    )
    examples = fields.List(fields.String(), required=True)


class PreviewWorkSchema(Schema):
    """A work as a row names it."""

    kind = fields.String(required=True, metadata={"enum": [each.value for each in WorkKind]})
    title = fields.String(required=True)
    identifiers = fields.List(fields.String(), required=True)


class FaultSchema(Schema):
    """Why a row is not taken: the column at fault ("" for the row), and what would be right."""

    column = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class PreviewRowSchema(Schema):
    """One of the first rows: the works that it names, or why it is not taken."""

    row = fields.Integer(required=True)
    artist = fields.String(required=True)
    work = fields.Nested(PreviewWorkSchema, required=True, allow_none=True)
    release = fields.Nested(PreviewWorkSchema, required=True, allow_none=True)
    compositions = fields.List(fields.Nested(PreviewWorkSchema), required=True)
    rejected = fields.Nested(FaultSchema, required=True, allow_none=True)


class ImportSchema(Schema):
    """An import as it stands. `works` are those that the rows name; `position` of them are dealt with."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    form = fields.String(required=True, metadata={"enum": list(FORMS)})
    bytes = fields.Integer(required=True)
    state = fields.String(required=True, metadata={"enum": [each.value for each in ImportState]})
    dry_run = fields.Boolean(required=True)
    kind = fields.String(required=True, metadata={"enum": [each.value for each in WorkKind]})
    inside = fields.String(required=True, allow_none=True)
    compositions = fields.String(required=True)
    preset = fields.String(required=True, allow_none=True)
    conditions = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    columns = fields.List(fields.Nested(ColumnSchema), required=True)
    preview = fields.List(fields.Nested(PreviewRowSchema), required=True)
    rows = fields.Integer(required=True)
    rejected = fields.Integer(required=True)
    works = fields.Integer(required=True)
    position = fields.Integer(required=True)
    registered = fields.Integer(required=True)
    extended = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    declared = fields.Integer(required=True)
    trouble = fields.String(required=True, allow_none=True)
    made_at = fields.String(required=True, metadata=_moment)
    started_at = fields.String(required=True, allow_none=True, metadata=_moment)
    ended_at = fields.String(required=True, allow_none=True, metadata=_moment)


class WrittenImportSchema(ImportSchema):
    """An import, after it was changed. `receipt` is null: its works are logged as they are registered."""

    receipt = fields.Raw(required=True, metadata={"type": "null"})


class ImportsSchema(Schema):
    """The imports of a rightsholder, newest first, a hundred at most."""

    imports = fields.List(fields.Nested(ImportSchema), required=True)
