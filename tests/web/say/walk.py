"""Somebody with works who says something about them, or takes it back, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.worker.sayings import run_saying
from tests.registries import Desk
from tests.web.account.test_member_pages import opened
from tests.web.people import People, Person

ISRC = "isrc:GBAYE0601498"
ALL = "everybody"


@dataclass
class Studio:
    """Ada, her rightsholder, and works of it."""

    people: People
    ada: Person
    holder: str
    works: list[str]

    @property
    def desk(self) -> Desk:
        return self.people.desk

    def choice(self, works: Sequence[str] | None = None, of: Person | None = None) -> str:
        """A choice of these works (None: all of them), as the list of works makes it."""
        whose = (of or self.ada).account.id
        with self.desk.registry.bookkeeping() as uow:
            chosen = None if works is None else list(works)
            filter = "" if works is None else None
            return uow.choices.add(whose, self.holder, chosen, filter, self.desk.clock.forward(100))

    def one(self) -> str:
        """The address about the first work alone."""
        return f"/say/{self.choice(self.works[:1])}"

    def all(self) -> str:
        return f"/say/{self.choice()}"

    @property
    def catalogue(self) -> str:
        return f"/say/catalogue/{self.holder}"

    def run(self) -> None:
        """What the background worker has to do for many works."""
        with self.desk.registry.reading() as uow:
            jobs = uow.jobs.listed(kind="say", limit=100)
        for job in jobs:
            run_saying(self.desk.registry, job)

    def count(self) -> int:
        """The size of the log."""
        with self.desk.registry.reading() as uow:
            head = uow.log.head()
        return 0 if head is None else head.head.size


def studio(people: People, works: int = 1, name: str = "Ada") -> Studio:
    ada = people.sign_in(name)
    holder = opened(ada).rpartition("/")[2]
    people.desk.names[f"{name}’s"] = holder
    made = []
    for number in range(works):
        identifiers = [f"isrc:GBAYE06{number:05d}", f"https://a.example/{name}/{number}"]
        made.append(people.desk.work(*identifiers, by=f"{name}’s")[0])
    return Studio(people, ada, holder, sorted(made))


def answered(person: Person, path: str, preset: str = "no-ai", whom: str = ALL, **more: str) -> str:
    """Answers every question. `more`: uses (`generative_training="allow"`), conditions, `until`. Returns the address
    under which it is then kept."""
    reply = person.post(path, preset=preset)
    assert reply.status_code == 303, reply.text
    base = str(reply.headers["Location"]).rpartition("/")[0]
    if preset == "each":
        uses = {name.replace("_", "-"): word for name, word in more.items()}
        assert person.post(f"{base}/uses", uses).status_code == 303
    reply = person.post(f"{base}/whom", whom=whom)
    assert reply.status_code == 303, reply.text
    if reply.headers["Location"].endswith("/terms"):
        reply = person.post(f"{base}/terms", more)
        assert reply.status_code == 303, reply.text
    assert reply.headers["Location"] == f"{base}/check"
    return base


def said(person: Person, path: str, preset: str = "no-ai", whom: str = ALL, **more: str) -> str:
    """Says it. Returns the address of what came of it."""
    base = answered(person, path, preset, whom, **more)
    reply = person.post(f"{base}/check")
    assert (reply.status_code, reply.headers["Location"]) == (303, f"{base}/done"), reply.text
    return f"{base}/done"
