"""Why a database could not be reached: recognised from the drivers' real errors, and nothing of them is quoted."""

import pytest
from sqlalchemy.engine import make_url

from registry.errors import Unavailable
from registry.storage.engine import open_engine, reading
from registry.storage.why_away import why_away


def refused(url: str) -> Unavailable:
    engine = open_engine(url)
    with pytest.raises(Unavailable) as raised, reading(engine):
        pass
    engine.dispose()
    return raised.value


def test_nobody_listens() -> None:
    why = why_away(refused("postgresql+psycopg://nobody:secret@127.0.0.1:1/none"))
    assert why == "nothing listens at the database's address"


def test_no_such_database_and_no_such_role(postgresql_url: str) -> None:
    url = make_url(postgresql_url)
    other = url.set(database="no_such_database").render_as_string(hide_password=False)
    assert why_away(refused(other)) == "the server has no database of this name"
    other = url.set(username="no_such_role").render_as_string(hide_password=False)
    assert why_away(refused(other)) in (
        "the database knows no role of this name",
        "the database refused the name or the password; look at both in the database URL, where "
        "what is no letter or digit of a password is percent-encoded (@ is %40)",
    )


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ('FATAL:  password authentication failed for user "registry"', "name or the password"),
        ('FATAL:  Peer authentication failed for user "registry"', "name or the password"),
        ("fe_sendauth: no password supplied", "name or the password"),
        ("failed to resolve host 'db.example': [Errno -2] Name or service not known", "host name"),
        ('FATAL:  no pg_hba.conf entry for host "10.1.2.3"', "pg_hba.conf"),
    ],
)
def test_words_of_libpq_are_recognised_and_not_repeated(words: str, part: str) -> None:
    why = why_away(OSError(words))
    assert why is not None
    assert part in why
    assert "registry" not in why


def test_of_what_is_not_known_nothing_is_claimed() -> None:
    assert why_away(Unavailable('the table "x" does not exist')) is None
