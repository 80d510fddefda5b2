"""What an event is said to touch is what folding it changes."""

import typing

from hypothesis import given, settings

from registry.domain.dossiers import Dossier, DossierKind
from registry.domain.event_body import AnyEvent, Sequenced
from registry.domain.events import ClaimBody, ClaimMade, Declared, Subject
from registry.domain.operator_events import PlatformKeyAdded
from registry.domain.state import State
from registry.domain.touched import _TOUCHED, _whatever_it_names, named, touched
from registry.domain.vocabulary import Role
from tests.model.histories import any_histories


class Spied(State):
    """A state that notes what is kept in it."""

    def __init__(self) -> None:
        self.kept: set[tuple[str, str]] = set()
        super().__init__()

    def keep(self, kind: DossierKind, dossier: Dossier) -> None:
        self.kept.add((kind, dossier.id))
        super().keep(kind, dossier)


@given(history=any_histories())
@settings(max_examples=80)
def test_every_dossier_that_folding_changes_is_named_and_at_most_those_of_an_ended_claim_besides(
    history: list[Sequenced],
) -> None:
    state = Spied()
    for entry in history:
        state.kept.clear()
        state.apply(entry)
        told = set(touched(entry.event))
        assert told >= state.kept, entry.event
        # folding passes over what is gained for a claim that has ended
        assert told == state.kept or type(entry.event).__name__ == "AssuranceGained"


def test_every_kind_of_event_was_decided_about() -> None:
    assert set(typing.get_args(AnyEvent)) == set(_TOUCHED)


def test_an_event_that_nobody_decided_about_touches_all_that_it_names() -> None:
    class Named:
        work = "w"
        rightsholder = "r"
        subject = Subject("catalogue", "s")

    assert set(_whatever_it_names(Named())) == {
        ("work", "w"),
        ("rightsholder", "r"),
        ("rightsholder", "s"),
    }
    event = PlatformKeyAdded(platform="p", kid="k")
    assert set(_whatever_it_names(event)) == set(touched(event))


def test_an_event_is_looked_for_by_what_it_touches_and_by_every_party_that_it_names() -> None:
    of_everybody = Declared("d", "r", Subject("work", "w"), (), confirmed=True)
    of_one = Declared("d", "r", Subject("work", "w"), (), grantee="p", confirmed=True)
    claim = ClaimMade(Subject("location", "l"), ClaimBody("c", "r", Role.RECORDING))
    assert named(of_everybody) == {"r", "w"}
    assert named(of_one) == {"r", "w", "p"}
    assert named(claim) == {"r", "l"}


@given(history=any_histories())
@settings(max_examples=20)
def test_whoever_an_event_names_finds_it(history: list[Sequenced]) -> None:
    parties = ("rightsholder", "grantee", "platform", "parent", "objector")
    for event in (entry.event for entry in history):
        holders = (event, getattr(event, "claim", None))
        there = {getattr(holder, name, None) for holder in holders for name in parties}
        assert named(event) == {id for _, id in touched(event)} | (there - {None, ""})
