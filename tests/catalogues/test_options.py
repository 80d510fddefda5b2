"""How a catalogue is to be taken is kept as text, and wishes what it says."""

from registry.catalogues.options import ROLE_OF, Options, decode_options, encode_options
from registry.domain.events import Conditions
from registry.domain.vocabulary import WorkKind


def test_options_are_read_back_as_they_were_and_equal_ones_are_equal_texts():
    options = Options(
        mapping={"b": "isrc", "a": "title"},
        kind=WorkKind.VIDEO,
        inside="mine",
        preset="ask-me-first",
        conditions=Conditions(contact="mailto:r@example.org"),
    )
    assert decode_options(encode_options(options)) == options
    turned = Options(mapping={"a": "title", "b": "isrc"})
    assert encode_options(turned) == encode_options(Options(mapping={"b": "isrc", "a": "title"}))


def test_without_a_preset_nothing_is_declared():
    assert Options().wish() is None
    assert Options(preset="no-ai").wish().preset == "no-ai"


def test_every_kind_has_the_right_that_is_claimed_on_it():
    assert set(ROLE_OF) == set(WorkKind)
