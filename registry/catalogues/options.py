"""How a catalogue is to be taken: what its columns hold, what its rows are, and what is declared on its works."""

from typing import Literal

import msgspec

from registry.domain.declaration import Wish
from registry.domain.events import Conditions
from registry.domain.vocabulary import Role, WorkKind


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`mapping`: column → field, where a person says another than was recognised. `kind`: of rows that do not tell
    theirs. `inside`: what the claimant says of the rights inside works that embody nothing by a row. `compositions`:
    whose the compositions are that rows of recordings name; only one's own are registered. `preset` (with `conditions`
    for ask-me-first): what is declared on every work; None: nothing.
    """

    mapping: dict[str, str] = {}
    kind: WorkKind = WorkKind.RECORDING
    inside: Literal["mine", "none"] | None = None
    compositions: Literal["mine", "others"] = "others"
    preset: str | None = None
    conditions: Conditions | None = None

    def wish(self) -> Wish | None:
        """What is to be declared, if anything is."""
        if self.preset is None and self.conditions is None:
            return None
        return Wish(preset=self.preset, conditions=self.conditions)


ROLE_OF = {
    WorkKind.COMPOSITION: Role.COMPOSITION,
    WorkKind.RECORDING: Role.RECORDING,
    WorkKind.RELEASE: Role.RECORDING,
    WorkKind.VIDEO: Role.RECORDING,
    WorkKind.PERFORMANCE: Role.PERFORMANCE,
    WorkKind.IMAGE: Role.OTHER,
    WorkKind.TEXT: Role.OTHER,
    WorkKind.SOFTWARE: Role.OTHER,
}
"""Kind of work → the right that is claimed on it."""

_decoder = msgspec.json.Decoder(Options)


def encode_options(options: Options) -> str:
    """As the store keeps them; equal options give equal text."""
    return msgspec.json.encode(options, order="sorted").decode()


def decode_options(text: str) -> Options:
    """Reads `encode_options` back."""
    return _decoder.decode(text)
