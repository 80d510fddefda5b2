"""Whatever a form of these pages can be refused with has a sentence of its own."""

import pytest

from registry.errors import Conflict, InvalidInput, KeyRefused
from registry.storage.platform_members import Role
from registry.storage.platform_profiles import DomainState
from registry.web.platform.said import ROLES, SENTENCES, STATES, sentence_of
from tests.web.people import ON_SQLITE, People, people

__all__ = ["people"]


def test_every_role_and_state_has_its_words() -> None:
    assert set(ROLES) == {each.value for each in Role}
    assert set(STATES) == {each.value for each in DomainState}


@ON_SQLITE
@pytest.mark.parametrize(
    ("error", "key"),
    [
        (KeyRefused("no"), "key-refused"),
        (InvalidInput("no", field="domain"), "domain"),
        (Conflict("no", field="key"), "key"),
    ],
)
def test_an_error_is_said_by_its_code_or_field(
    people: People, error: InvalidInput, key: str
) -> None:
    with people.app.test_request_context("/"):
        assert sentence_of(error) == str(SENTENCES[key])
        assert sentence_of(Conflict("as it is")) == "as it is"
