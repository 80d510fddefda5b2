"""What a person chose, made into statements: presets expanded, contradictions named."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from registry.domain.events import Conditions, Statement
from registry.domain.vocabulary import PRESETS, Preference, Usage, parse_usage
from registry.errors import InvalidDeclaration

_ROOM = 500
_USAGES = tuple(Usage)


@dataclass(frozen=True, slots=True)
class Choice:
    """One category's preference, with the conditions of a `conditional`."""

    preference: Preference
    conditions: Conditions | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """A declaration as asked for: a preset, preferences by category, or both (the named ones win).

    `conditions` go with the preset `ask-me-first`; `valid_from`, `valid_until` in ms.
    """

    preset: str | None = None
    preferences: Mapping[str, Choice] = field(default_factory=dict)
    conditions: Conditions | None = None
    valid_from: int | None = None
    valid_until: int | None = None


def statements(wish: Wish, now: int) -> tuple[Statement, ...]:
    """The statements of a wish made at `now` (ms), in the vocabulary's order, without delays.

    Raises: InvalidDeclaration naming the field and what would be right.
    """
    chosen = _preset(wish)
    for token, choice in wish.preferences.items():
        place = f"preferences.{token}"
        chosen[parse_usage(token, field=place)] = _checked(choice, place)
    if not chosen:
        raise InvalidDeclaration(
            "a declaration says something about at least one category; give a preset or preferences",
            field="preferences",
            code="nothing-stated",
        )
    start = max(now, wish.valid_from or now)
    if wish.valid_until is not None and wish.valid_until <= start:
        raise InvalidDeclaration(
            "valid_until must lie after valid_from and after now",
            field="valid_until",
            code="empty-window",
        )
    return tuple(
        [
            Statement(
                usage,
                chosen[usage].preference,
                start,
                wish.valid_until,
                conditions=chosen[usage].conditions,
            )
            for usage in _USAGES
            if usage in chosen
        ]
    )


def _preset(wish: Wish) -> dict[Usage, Choice]:
    if wish.preset is not None and wish.preset not in PRESETS:
        raise InvalidDeclaration(
            f"{wish.preset!r} is not a preset; use one of: {', '.join(PRESETS)}",
            field="preset",
            code="unknown-preset",
        )
    preference, usages = PRESETS[wish.preset] if wish.preset else (None, ())
    if preference is not Preference.CONDITIONAL:
        if wish.conditions is not None:
            raise InvalidDeclaration(
                'these conditions go with the preset "ask-me-first" alone; give a category\'s own '
                "conditions beside its preference",
                field="conditions",
                code="conditions-without-conditional",
            )
        return {} if preference is None else dict.fromkeys(usages, Choice(preference))
    if wish.conditions is None or not wish.conditions.contact:
        raise InvalidDeclaration(
            'the preset "ask-me-first" needs conditions.contact, so that somebody can ask',
            field="conditions.contact",
            code="contact-missing",
        )
    return dict.fromkeys(usages, _checked(Choice(preference, wish.conditions), "conditions"))


def _checked(choice: Choice, place: str) -> Choice:
    conditions = choice.conditions
    if choice.preference is Preference.CONDITIONAL:
        _check_conditions(conditions, place)
    elif conditions is not None:
        raise InvalidDeclaration(
            f"conditions contradict {choice.preference.value!r}; they go with 'conditional' alone",
            field=place,
            code="conditions-without-conditional",
        )
    return choice


def _check_conditions(conditions: Conditions | None, place: str) -> None:
    if conditions is None or conditions == Conditions():
        raise InvalidDeclaration(
            "'conditional' needs at least one of licence, contact, credit, price",
            field=place,
            code="conditions-missing",
        )
    for name in ("licence", "contact", "credit", "price"):
        _check_text(getattr(conditions, name), f"{place}.{name}")
    if conditions.licence is not None and not conditions.licence.startswith(
        ("https://", "http://")
    ):
        raise InvalidDeclaration(
            "a licence is a link that begins with https://",
            field=f"{place}.licence",
            code="not-a-link",
        )


def _check_text(text: str | None, place: str) -> None:
    if text is None:
        return
    if not text.strip() or len(text) > _ROOM or not text.isprintable():
        raise InvalidDeclaration(
            f"write one line of at most {_ROOM} printable characters", field=place, code="bad-text"
        )
