"""The form under the first look becomes options; what does not hold is named, and what was said before stays."""

import pytest

from registry.catalogues.columns import Column
from registry.catalogues.options import Options
from registry.domain.events import Conditions
from registry.domain.vocabulary import WorkKind
from registry.services.look_at_catalogue import Look
from registry.web.begin.answers import Answers
from registry.web.catalogue.options_form import begun_options, permits, read_form

LOOK = Look(
    "csv",
    (Column("A", "title", "name"), Column("B", "isrc", "content"), Column("C", "", "unknown")),
    (),
)


def test_only_what_differs_is_said_of_the_columns() -> None:
    form = {"column-0": "title", "column-1": "isrc", "column-2": "version"}
    read = read_form(form, Options(mapping={"B": "isrc"}), LOOK, 0, whole=False)
    assert read.options is not None
    assert read.options.mapping == {"B": "isrc", "C": "version"}
    assert read.fields == ("title", "isrc", "version")


def test_what_is_not_offered_leaves_things_as_they_are() -> None:
    form = {"column-0": "password", "kind": "opera", "inside": "yours"}
    form |= {"compositions": "all", "preset": "everything"}
    before = Options(kind=WorkKind.VIDEO)
    read = read_form(form, before, LOOK, 0, whole=False)
    assert read.options == before


def test_a_message_keeps_its_columns() -> None:
    look = Look("ern", LOOK.columns, ())
    read = read_form({"column-0": ""}, Options(), look, 0, whole=False)
    assert read.options == Options()


def test_conditions_go_with_ask_me_alone() -> None:
    form = {"contact": "a@b.example", "credit": " Ada ", "licence": "", "price": ""}
    asked = read_form({**form, "preset": "ask-me-first"}, Options(), LOOK, 0, whole=True).options
    assert asked is not None
    assert asked.conditions == Conditions(contact="a@b.example", credit="Ada")
    refused = read_form({**form, "preset": "no-ai"}, Options(), LOOK, 0, whole=True).options
    assert refused is not None
    assert refused.conditions is None
    assert (permits(asked), permits(refused), permits(Options())) == (True, False, False)


@pytest.mark.parametrize(
    ("answers", "options"),
    [
        (Answers(), Options()),
        (Answers(preset="no-ai", contact="x"), Options(preset="no-ai")),
        (Answers(preset="each", uses={"search": "allow"}), Options()),
        (Answers(preset="ask-me-first"), Options()),
        (
            Answers(preset="ask-me-first", contact="a@b.example"),
            Options(preset="ask-me-first", conditions=Conditions(contact="a@b.example")),
        ),
    ],
)
def test_what_was_said_in_the_first_minutes_is_taken_over(
    answers: Answers, options: Options
) -> None:
    assert begun_options(answers) == options
