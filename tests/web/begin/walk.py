"""The way through the questions, as a browser without script goes it."""

from tests.web.people import Person

PAGE = "https://lovelace.example/night-train"
WHO: dict[str, str] = {"name": "Lovelace Trio", "holder": "new", "parts": "recorded"}
WORKS = f"Night Train, GB-AYE-06-01498, {PAGE}\nT-034.524.680-1"


def begun(person: Person) -> Person:
    """Somebody who said who they are."""
    assert person.post("/begin", WHO).status_code == 303
    return person


def answered(person: Person, preset: str = "no-ai", works: str = WORKS, places: str = "") -> Person:
    """Somebody who answered everything."""
    begun(person)
    assert (
        person.post("/begin/say", preset=preset, contact="https://lovelace.example/ask").status_code
        == 303
    )
    reply = person.post("/begin/works", works=works, places=places)
    assert (reply.status_code, reply.headers.get("Location")) == (303, "/begin/check"), reply.text
    return person
