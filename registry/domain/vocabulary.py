"""The words of a declaration: usage categories, preferences, roles, kinds, presets.

Vocabulary version 1. There is no hierarchy between categories (the IETF AI-preferences vocabulary
dropped its own in August 2026); groups exist only where a person chooses, and are expanded when declared.
"""

from collections.abc import Mapping
from enum import StrEnum

from registry.errors import InvalidDeclaration

VOCABULARY_VERSION = "1"


class Usage(StrEnum):
    """One kind of use by a machine."""

    SEARCH = "search"
    RECOMMENDATION = "recommendation"
    IDENTIFICATION = "identification"
    DATA_MINING = "data-mining"
    AI_TRAINING = "ai-training"
    GENERATIVE_TRAINING = "generative-training"
    VOICE_LIKENESS = "voice-likeness"
    AI_INPUT = "ai-input"
    AI_INDEX = "ai-index"


SERVICE_USAGES = frozenset({Usage.SEARCH, Usage.RECOMMENDATION, Usage.IDENTIFICATION})
"""What a streaming service itself needs: never swept up by `no-ai`, and denied only with proof."""

AI_USAGES = tuple(usage for usage in Usage if usage not in SERVICE_USAGES)
"""The six AI categories: a denial of these needs nothing but a word."""


class Preference(StrEnum):
    """What a rightsholder says about one category; saying nothing is not a preference."""

    ALLOW = "allow"
    DENY = "deny"
    CONDITIONAL = "conditional"


class Decision(StrEnum):
    """What a platform is told, most restrictive first; `unregistered` stands apart: nothing matched."""

    DENY = "deny"
    UNSTATED = "unstated"
    CONDITIONAL = "conditional"
    ALLOW = "allow"
    UNREGISTERED = "unregistered"


class Assurance(StrEnum):
    """What stands behind a claim, held per identifier, weakest first."""

    DECLARED = "declared"
    CONTROLLED = "controlled"
    ATTESTED = "attested"


class Role(StrEnum):
    """The right that a claim asserts."""

    COMPOSITION = "composition"
    RECORDING = "recording"
    PERFORMANCE = "performance"
    OTHER = "other"


class WorkKind(StrEnum):
    """What rights are asserted over."""

    RECORDING = "recording"
    COMPOSITION = "composition"
    RELEASE = "release"
    IMAGE = "image"
    TEXT = "text"
    VIDEO = "video"
    PERFORMANCE = "performance"
    SOFTWARE = "software"


CARRIES_OTHER_RIGHTS = frozenset(
    {WorkKind.RECORDING, WorkKind.RELEASE, WorkKind.VIDEO, WorkKind.PERFORMANCE}
)
"""Kinds that usually hold somebody else's rights: an allow needs a word on what is inside."""


class LinkKind(StrEnum):
    """How one work uses another's rights, in the direction of use."""

    EMBODIES = "embodies"
    PART_OF = "part_of"
    CONTAINS = "contains"


GROUPS: Mapping[str, tuple[Usage, ...]] = {
    "no-generative-ai": (Usage.GENERATIVE_TRAINING, Usage.VOICE_LIKENESS),
    "no-ai": AI_USAGES,
    "everything": tuple(Usage),
}

PRESETS: Mapping[str, tuple[Preference, tuple[Usage, ...]]] = {
    "no-ai": (Preference.DENY, AI_USAGES),
    "no-generative-ai": (Preference.DENY, GROUPS["no-generative-ai"]),
    "ask-me-first": (Preference.CONDITIONAL, AI_USAGES),
    "everything": (Preference.DENY, tuple(Usage)),
}
"""The choices a person is offered in one line each; `ask-me-first` also needs a contact."""


def parse_usage(token: str, *, field: str = "usage") -> Usage:
    """The usage category called `token`.

    Raises: InvalidDeclaration naming `field` and the nine known tokens.
    """
    try:
        return Usage(token)
    except ValueError:
        known = ", ".join(Usage)
        raise InvalidDeclaration(
            f"{token!r} is not a usage category; use one of: {known}",
            field=field,
            code="unknown-usage",
        ) from None
