"""The form under the first look: what columns hold, what rows are, and what is said about AI, as options of an import.

No store in here. What was typed is kept as it was where something of it is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from registry.catalogues.columns import FIELDS, NOTHING, check_readable, mapped
from registry.catalogues.options import Options
from registry.domain.declaration import statements
from registry.domain.events import Conditions
from registry.domain.vocabulary import PRESETS, Preference, WorkKind
from registry.errors import InvalidDeclaration, InvalidInput
from registry.services.look_at_catalogue import Look
from registry.web.begin.answers import OFFERED, Answers

NO_PRESET: Final = "nothing"
CONDITIONS: Final = ("contact", "credit", "licence", "price")
_MOST: Final = 2_000


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent: options (None where they do not hold), the fields of all columns, and faults: field → code."""

    options: Options | None
    fields: tuple[str, ...]
    faults: Mapping[str, str]


def begun_options(answers: Answers) -> Options:
    """How a catalogue is taken at first: as somebody said at `/begin`, if they did."""
    if answers.preset not in OFFERED:
        return Options()
    asks = answers.preset == "ask-me-first"
    if asks and not answers.contact:
        return Options()
    return Options(
        preset=answers.preset,
        conditions=Conditions(contact=answers.contact) if asks else None,
    )


def read_form(
    form: Mapping[str, str], before: Options, look: Look, now: int, *, whole: bool
) -> Sent:
    """Reads the form. `whole`: it is to be started with that, so that everything has to be answered."""
    fields = _fields(form, look)
    changed = {
        column.name: field
        for column, field in zip(look.columns, fields, strict=True)
        if field != column.field
    }
    preset = form.get("preset", "")
    faults: dict[str, str] = {}
    options = Options(
        mapping={**before.mapping, **changed},
        kind=_kind(form, before),
        inside=cast(Literal["mine", "none"] | None, _one_of(form, "inside", ("mine", "none"))),
        compositions="mine" if form.get("compositions") == "mine" else "others",
        preset=preset if preset in OFFERED else None,
        conditions=_conditions(form) if preset == "ask-me-first" else None,
    )
    if whole and preset not in (*OFFERED, NO_PRESET):
        faults["preset"] = "preset"
    faults |= _declaration_fault(options, now)
    try:
        said = zip(look.columns, fields, strict=True)
        columns = mapped(look.columns, {column.name: field for column, field in said})
        if whole:
            check_readable(columns)
    except InvalidInput as error:
        faults["mapping"] = error.code if error.code == "no-identifiers" else "given-twice"
    return Sent(None if faults else options, fields, faults)


def permits(options: Options) -> bool:
    """Whether what is said loosens, so that whoever starts it has to have proved just now who they are."""
    return options.preset is not None and PRESETS[options.preset][0] is not Preference.DENY


def _fields(form: Mapping[str, str], look: Look) -> tuple[str, ...]:
    """What each column is said to hold; columns of a format that names its own stay as they are."""
    if look.form == "ern":
        return tuple(column.field for column in look.columns)
    return tuple(
        field if (field := form.get(f"column-{place}", "?")) in (*FIELDS, NOTHING) else column.field
        for place, column in enumerate(look.columns)
    )


def _kind(form: Mapping[str, str], before: Options) -> WorkKind:
    try:
        return WorkKind(form.get("kind", before.kind))
    except ValueError:
        return before.kind


def _one_of(form: Mapping[str, str], name: str, known: tuple[str, ...]) -> str | None:
    return text if (text := form.get(name, "")) in known else None


def _conditions(form: Mapping[str, str]) -> Conditions:
    typed: dict[str, Any] = {
        name: form.get(name, "").strip()[:_MOST] or None for name in CONDITIONS
    }
    return Conditions(**typed)


def _declaration_fault(options: Options, now: int) -> dict[str, str]:
    """Field and code of what is wrong in the conditions, as the declaration would refuse them."""
    wish = options.wish()
    if wish is None:
        return {}
    try:
        statements(wish, now)
    except InvalidDeclaration as error:
        name = (error.field or "").rpartition(".")[2]
        if error.code in ("contact-missing", "conditions-missing"):
            return {"contact": "contact"}
        if error.code == "not-a-link":
            return {"licence": "licence"}
        return {name if name in CONDITIONS else "contact": "line"}
    return {}
