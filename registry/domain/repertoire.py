"""A work as one rightsholder finds it in the list of theirs: by title, by what they said about it themselves, by what
stands behind it. A function of the dossier alone, so that it can be kept beside it; a moment at which something starts
or ends by itself is a border between two rows (docs/answering.md, section 3).

It serves finding: what a platform is told is decided by `resolution`, from everything that everybody said.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from registry.domain.dossiers import (
    HeldClaim,
    HeldDeclaration,
    HeldIdentifier,
    Rightsholder,
    Wait,
    Work,
)
from registry.domain.matching import known
from registry.domain.proof import EVERYTHING, Proofs
from registry.domain.removals import identifiers_of
from registry.domain.standing import Standing, in_force, moments
from registry.domain.vocabulary import AI_USAGES, PRESETS, Preference, Usage, WorkKind
from registry.plain_text import plain

OPEN: Final = 1 << 62
"""The end (ms) of a row that nothing ends by itself."""
NOTHING: Final = "-"
NAMED: Final = "+"
"""Last of what was said: something is said about somebody by name."""
SILENCE: Final = NOTHING * (len(Usage) + 1)
_PLACE: Final = {usage: place for place, usage in enumerate(Usage)}
_LETTERS: Final = {Preference.DENY: "d", Preference.CONDITIONAL: "c", Preference.ALLOW: "a"}
WITH_CREDIT: Final = "k"
"""A conditional whose condition is a credit line, and nobody has to be asked."""
STANCES: Final = (
    "no-to-all",
    "no-ai",
    "no-generative-ai",
    "ask-first",
    "with-credit",
    "yes",
    "mixed",
    "nothing",
)
"""What somebody says of a work, in one word: of all nine uses, of all six of AI, or of generative training and voice
alone. What is said about somebody by name is beside it."""
_OF_ALL_AI: Final = {
    "d": "no-ai",
    "c": "ask-first",
    WITH_CREDIT: "with-credit",
    "a": "yes",
}


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One row: how it is in `[from_at, until_at)` (ms). `said`: a letter a usage, in the vocabulary's order, for
    everybody (`d`, `c`, `k`, `a` or `-`), then `+` where somebody is named. `said_at`: when they last declared or
    withdrew (ms), 0 for never. `bare_texts`: the identifiers that no grant of their claims on it proves for a
    yes, one a line; `bare`: how many."""

    from_at: int
    until_at: int
    title_key: str
    kind: WorkKind
    said: str
    said_at: int
    identifiers: int
    bare: int
    bare_texts: str


def entries_of(work: Work) -> dict[str, list[Entry]]:
    """The rows of everybody who has a claim on it: rightsholder → in order of time; none where every claim ended."""
    claims: dict[str, list[HeldClaim]] = {}
    for claim in work.claims:
        own = claims.setdefault(claim.rightsholder, [])
        if not claim.ended:
            own.append(claim)
    borders = _borders(work)
    return {
        holder: list(_entries(work, holder, own, borders)) if own else []
        for holder, own in claims.items()
    }


def said_in(declarations: Sequence[HeldDeclaration], holder: str, t: int) -> str:
    """What this rightsholder says here at `t`, as `Entry.said`."""
    own = [each for each in declarations if each.rightsholder == holder]
    if not own:
        return SILENCE
    letters, named = [NOTHING] * len(_PLACE), NOTHING
    for usage in {statement.usage for each in own for statement in each.statements}:
        for standing in in_force(own, holder, usage, t):
            if standing.declaration.grantee is None:
                letters[_PLACE[usage]] = _letter(standing)
            else:
                named = NAMED
    return "".join(letters) + named


def said_with(own: str, outer: str) -> str:
    """What is said of a work itself, and where nothing is, what is said around it (the whole catalogue)."""
    return "".join(
        mine if mine != NOTHING else theirs for mine, theirs in zip(own, outer, strict=True)
    )


def stance_of(said: str) -> str:
    """The word of `STANCES` for it; "mixed" for whatever has no other. Whether works may be found, recommended and
    identified does not matter to a word about AI, as long as it is not forbidden."""
    letters = dict(zip(Usage, said, strict=False))
    if set(letters.values()) == {NOTHING}:
        return "nothing"
    if set(letters.values()) == {"d"}:
        return "no-to-all"
    services = {letters[each] for each in Usage if each not in AI_USAGES}
    if not services <= {NOTHING, "a"}:
        return "mixed"
    ai = {letters[each] for each in AI_USAGES}
    if len(ai) == 1:
        return _OF_ALL_AI.get(ai.pop(), "mixed")
    generative = PRESETS["no-generative-ai"][1]
    of_generative = {letters[each] for each in generative}
    of_others = {letters[each] for each in AI_USAGES if each not in generative}
    return "no-generative-ai" if (of_generative, of_others) == ({"d"}, {NOTHING}) else "mixed"


def title_key(title: str) -> str:
    """A title as it is compared and put in order: without case, accents and what steers."""
    if title.isascii() and title.isprintable():
        return " ".join(title.lower().split())
    apart = unicodedata.normalize("NFKD", plain(title).casefold())
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    return " ".join(bare.split())


def _entries(
    work: Work, holder: str, claims: list[HeldClaim], borders: list[int]
) -> Iterator[Entry]:
    """A row for each stretch between borders, and one for several that do not differ."""
    key, said_at = title_key(work.title), _said_at(work, holder)
    last: Entry | None = None
    for start, end in pairwise([*borders, OPEN]):
        there = identifiers_of(work, start)
        bare = _bare(there, holder, claims)
        entry = Entry(
            from_at=start if last else 0,
            until_at=end,
            title_key=key,
            kind=work.kind,
            said=said_in(work.declarations, holder, start),
            said_at=said_at,
            identifiers=len(there),
            bare=len(bare),
            bare_texts="\n".join(bare),
        )
        if last is not None and _alike(last, entry):
            last = msgspec.structs.replace(last, until_at=end)
            continue
        if last is not None:
            yield last
        last = entry
    if last is not None:
        yield last


def _alike(one: Entry, other: Entry) -> bool:
    return msgspec.structs.replace(other, from_at=one.from_at, until_at=one.until_at) == one


def _borders(work: Work) -> list[int]:
    """The newest moment at which somebody is known to have done something to it, and every later one at which
    something changes by itself. What was before needs no row."""
    newest = max(_acts(work), default=0)
    removals = [each for held in work.identifiers for each in held.removals]
    by_itself = [*moments(work.declarations), *(each.effect() for each in removals)]
    later = {at for at in by_itself if at is not None and at > newest}
    return [newest, *sorted(later)] if later else [newest]


def _acts(work: Work) -> list[int]:
    found = [claim.at for claim in work.claims]
    for declaration in work.declarations:
        found.append(declaration.at)
        found += _settled(declaration.wait)
        for withdrawal in declaration.withdrawals:
            found.append(withdrawal.at)
            found += _settled(withdrawal.wait)
    for held in work.identifiers:
        for removal in held.removals:
            found += _settled(removal.wait)
    return found


def _settled(wait: Wait) -> list[int]:
    return [at for at in (wait.confirmed_at, wait.cancelled_at) if at is not None]


def _said_at(work: Work, holder: str) -> int:
    last = 0
    for each in work.declarations:
        if each.rightsholder == holder:
            last = max(last, each.at, *(withdrawal.at for withdrawal in each.withdrawals))
    return last


def _bare(there: Sequence[HeldIdentifier], holder: str, claims: list[HeldClaim]) -> list[str]:
    """Of these identifiers, those that nothing proves for a yes, but perhaps what counts for all claims."""
    if not [claim for claim in claims if claim.grants]:
        return [held.text for held in there]
    proofs = Proofs(Rightsholder(holder, ""))
    return [
        held.text
        for held in there
        if not any(proofs.proves(claim, known(held.text), EVERYTHING) for claim in claims)
    ]


def _letter(standing: Standing) -> str:
    asked_for = standing.statement.conditions
    if standing.preference is Preference.CONDITIONAL and asked_for is not None:
        asks = asked_for.licence or asked_for.contact or asked_for.price
        return WITH_CREDIT if asked_for.credit and not asks else "c"
    return _LETTERS[standing.preference]
