"""Generated declarations in the slots of one rightsholder on one subject, with waits and withdrawals."""

from typing import Any

from hypothesis import strategies as st

from registry.domain.dossiers import HeldDeclaration, HeldWithdrawal, Wait
from registry.domain.events import Conditions, Statement
from registry.domain.vocabulary import Preference, Usage

USAGES = (Usage.GENERATIVE_TRAINING, Usage.SEARCH)
END = 40
times = st.integers(min_value=0, max_value=END)
maybe = st.one_of(st.none(), times)


def waits(draw: Any, id: str, at: int) -> Wait:
    later = st.integers(min_value=at, max_value=END)
    return Wait(
        id, draw(st.one_of(st.none(), st.just(at), later)), draw(st.one_of(st.none(), later))
    )


@st.composite
def held_declarations(draw: Any, id: str, seq: int, at: int) -> HeldDeclaration:
    statements = []
    for usage in draw(st.lists(st.sampled_from(USAGES), min_size=1, max_size=2, unique=True)):
        preference = draw(st.sampled_from(Preference))
        start = at + draw(st.integers(0, 8))
        length = draw(st.one_of(st.none(), st.integers(1, 12)))
        delay = None if preference is Preference.DENY else draw(st.sampled_from((None, 0, 3, 10)))
        asked = st.sampled_from((Conditions(contact="a"), Conditions(contact="b")))
        statements.append(
            Statement(
                usage=usage,
                preference=preference,
                valid_from=start,
                valid_until=None if length is None else start + length,
                takes_effect_at=None if delay is None else at + delay,
                conditions=draw(asked) if preference is Preference.CONDITIONAL else None,
            )
        )
    withdrawals = []
    for number in range(draw(st.sampled_from((0, 0, 1, 2)))):
        moment = at + draw(st.integers(0, 12))
        ends = {s.usage: draw(st.sampled_from((None, moment + 5))) for s in statements}
        wait = waits(draw, f"{id}e{number}", moment)
        withdrawals.append(HeldWithdrawal(wait, moment, ends, ""))
    return HeldDeclaration(
        wait=waits(draw, id, at),
        seq=seq,
        at=at,
        digest="",
        rightsholder=draw(st.sampled_from(("r", "r", "r", "other"))),
        statements=statements,
        grantee=draw(st.sampled_from((None, None, "p"))),
        withdrawals=withdrawals,
    )


@st.composite
def slots(draw: Any, *, least: int = 1, most: int = 5) -> list[HeldDeclaration]:
    """Declarations on one subject, in the order of issue."""
    moments = sorted(draw(st.lists(st.integers(0, 20), min_size=least, max_size=most)))
    return [draw(held_declarations(f"d{seq}", seq, at)) for seq, at in enumerate(moments)]
