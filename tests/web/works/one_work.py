"""A work to look at: registered and declared by pages, as its artist does it."""

from tests.web.begin.walk import answered
from tests.web.people import People, Person

ISRC = "isrc:GBAYE0601498"
PAGE = "https://lovelace.example/night-train"
PLACE = "https://lovelace.example/"


def her_work(person: Person, works: str = "", places: str = PLACE) -> tuple[str, str]:
    """(rightsholder, work) of somebody who has said no to AI for a work with an ISRC and an address."""
    answered(person, works=works or f"Night Train, {ISRC}, {PAGE}", places=places)
    done = person.data(person.post("/begin/check").headers["Location"])
    return done["rightsholder"], done["works"][0]["id"]


def own_claim(people: People, work: str, holder: str) -> str:
    with people.desk.registry.reading() as uow:
        claims = uow.projection.dossier("work", work).claims  # type: ignore[union-attr]
    return next(claim.id for claim in claims if claim.rightsholder == holder)


def size_of(people: People) -> int:
    """How long the log is."""
    with people.desk.registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    return int(head.head.size)
