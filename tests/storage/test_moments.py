"""A moment of the store: all that is read in it stands still, and what failed is never used again."""

import pytest
from sqlalchemy import text

from registry.errors import InvalidInput, Unavailable
from registry.storage.engine import open_engine, writing
from registry.storage.moments import Moments


def counted(cursor: object) -> int:
    cursor.execute("SELECT count(*) FROM things")  # type: ignore[attr-defined]
    found: int = cursor.fetchone()[0]  # type: ignore[attr-defined]
    return found


@pytest.fixture
def moments(database_url: str) -> Moments:
    engine = open_engine(database_url)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE things (name TEXT)"))
    made = Moments(engine)
    yield made
    made.close()
    engine.dispose()


def test_what_is_written_meanwhile_is_seen_in_the_next_moment(moments: Moments) -> None:
    with moments.moment(lambda cursor: cursor) as cursor:
        assert counted(cursor) == 0
        with writing(moments.kept._engine) as connection:
            connection.execute(text("INSERT INTO things VALUES ('one')"))
        assert counted(cursor) == 0
    with moments.moment(lambda cursor: cursor) as cursor:
        assert counted(cursor) == 1


def test_nothing_can_be_written_in_a_moment_for_good(moments: Moments) -> None:
    try:
        with moments.moment(lambda cursor: cursor) as cursor:
            cursor.execute("INSERT INTO things VALUES ('one')")
    except Unavailable:
        pass  # PostgreSQL refuses; SQLite forgets it at the end
    with moments.moment(counted) as number:
        assert number == 0


def test_a_refusal_of_ours_costs_no_connection_and_a_failure_does(moments: Moments) -> None:
    with moments.moment(lambda cursor: cursor):
        pass
    (first,) = moments.kept._idle
    with pytest.raises(InvalidInput), moments.moment(lambda cursor: cursor):
        raise InvalidInput("refused")
    assert list(moments.kept._idle) == [first]
    with pytest.raises(Unavailable), moments.moment(lambda cursor: cursor) as cursor:
        cursor.execute("SELECT nothing FROM nowhere")
    assert not moments.kept._idle
    with pytest.raises(LookupError), moments.moment(lambda cursor: cursor):
        raise LookupError
    assert not moments.kept._idle
    with moments.moment(counted) as number:
        assert number == 0


def test_a_refusal_leaves_no_moment_open(moments: Moments) -> None:
    with pytest.raises(InvalidInput), moments.moment(counted):
        raise InvalidInput("refused")
    with writing(moments.kept._engine) as connection:
        connection.execute(text("INSERT INTO things VALUES ('one')"))
    with moments.moment(counted) as number:
        assert number == 1


def test_after_closing_what_is_given_back_is_closed(moments: Moments) -> None:
    with moments.moment(lambda cursor: cursor):
        moments.close()
    assert not moments.kept._idle
