"""What somebody answered about what is to be said, as data: what is still missing, and the declaration it comes to.

No request and no store in here. What is chosen and on what conditions is as on the pages that begin (`begin.answers`).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Self

from registry.domain.declaration import Wish, statements
from registry.errors import InvalidDeclaration
from registry.services.say_word import Word
from registry.web.begin.answers import EACH, OFFERED, Answers

CONDITIONS: Final = ("contact", "credit", "licence", "price")
_CODES: Final = {
    "conditions-missing": ("contact", "conditions"),
    "not-a-link": ("licence", "licence"),
    "contact-missing": ("contact", "contact"),
}


@dataclass(frozen=True, slots=True)
class SayAnswers:
    """`preset`, `uses` and conditions as in `begin.answers.Answers`; `until`: a day, or ""; `whom`: "everybody", or the
    id of one platform; `of`: what is taken back, as in `say_word.Word`, "" for everything."""

    preset: str = ""
    uses: Mapping[str, str] = field(default_factory=dict)
    contact: str = ""
    credit: str = ""
    licence: str = ""
    price: str = ""
    until: str = ""
    whom: str = ""
    of: str = ""

    @classmethod
    def of_kept(cls, kept: Mapping[str, Any]) -> Self:
        """From a draft; what an older or newer version kept besides is left out."""
        return cls(**{each.name: kept[each.name] for each in fields(cls) if each.name in kept})

    def kept(self) -> dict[str, Any]:
        """As a draft keeps them."""
        return asdict(self)

    @property
    def chosen(self) -> Answers:
        """What is said, and on which conditions; those count where somebody is to be asked."""
        texts = {name: getattr(self, name) for name in CONDITIONS}
        return Answers(preset=self.preset, uses=self.uses, **texts)

    def said(self) -> dict[str, str]:
        """usage → preference of all nine; "" where nothing is said."""
        return self.chosen.said()

    def asks(self) -> bool:
        """Whether somebody is to be asked first."""
        return "conditional" in self.said().values()

    def may_end(self) -> bool:
        """A date ends all that is said at once; so it is offered only where nothing in it is a no."""
        said = set(self.said().values())
        return bool(said & {"allow", "conditional"}) and "deny" not in said

    def wish(self) -> Wish:
        """The declaration. Raises: InvalidDeclaration where the day cannot be read."""
        wish = self.chosen.wish()
        if not self.until or not self.may_end():
            return wish
        return replace(wish, valid_until=last_moment(self.until))

    def word(self) -> Word:
        """As the services take it. Raises: InvalidDeclaration."""
        return Word(self.wish(), None if self.whom in ("", "everybody") else self.whom)

    def missing(self) -> str | None:
        """The first question that is not answered: "what", "uses", "whom" or "terms"."""
        if self.preset not in (*OFFERED, EACH):
            return "what"
        if self.preset == EACH and not any(self.uses.values()):
            return "uses"
        if not self.whom:
            return "whom"
        return (
            "terms" if self.asks() and not any(getattr(self, name) for name in CONDITIONS) else None
        )

    def wrong(self, now: int) -> tuple[str, str] | None:
        """Field and code (a key of `said.FAULTS`) of what is wrong in the conditions or the day, at `now` (ms)."""
        try:
            statements(self.wish(), now)
        except InvalidDeclaration as error:
            if error.field == "valid_until":
                return "until", "until"
            if error.code in _CODES:
                return _CODES[error.code]
            name = (error.field or "").rpartition(".")[2]
            return (name if name in CONDITIONS else "contact"), "line"
        return None


def last_moment(day: str) -> int:
    """The end (ms) of a day that was typed, `2027-03-31`, in UTC. Raises: InvalidDeclaration."""
    try:
        after = date.fromisoformat(day) + timedelta(days=1)
        return int(datetime(after.year, after.month, after.day, tzinfo=UTC).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise InvalidDeclaration("a day looks like 2027-03-31", field="valid_until") from None
