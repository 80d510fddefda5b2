"""Catalogues as a browser without script sends them, and the background worker's turn."""

import io

from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from registry.services import import_catalogue
from registry.worker.imports import run_import
from tests.web.people import HTML, Person

TWO = "Titel;ISRC;Notiz\r\nNachtzug;GB-AYE-06-01498;x\r\nDie See;GBAYE0601499;y\r\n"
NO_AI = {"go": "try", "preset": "no-ai", "kind": "recording", "inside": "mine", "compositions": "others"}  # fmt: skip


def open_holder(person: Person, name: str = "Lovelace Trio") -> str:
    """Opens a rightsholder on the catalogue's own page. Returns its id."""
    reply = person.post("/catalogue/holder", name=name)
    assert reply.status_code == 303, reply.text
    return str(reply.headers["Location"].partition("rightsholder=")[2])


def send_file(
    person: Person, holder: str, content: bytes | str = TWO, name: str = "werke.csv", token: str | None = None
) -> TestResponse:  # fmt: skip
    """Sends the form with a file in it."""
    data = content.encode() if isinstance(content, str) else content
    file = FileStorage(io.BytesIO(data), filename=name, name="file")
    secret = person.token() if token is None else token
    boundary, body = encode_multipart({"form_token": secret, "file": file})
    return person.client.post(
        f"/catalogue?rightsholder={holder}",
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers={**HTML, "Origin": person.origin, "Sec-Fetch-Site": "same-origin"},
        base_url=person.origin,
    )


def sent(person: Person, holder: str, content: bytes | str = TWO, name: str = "werke.csv") -> str:
    """The same, where it has to be taken. Returns the path of the import's page."""
    reply = send_file(person, holder, content, name)
    assert reply.status_code == 303, reply.text
    return str(reply.headers["Location"])


def work_off(person: Person, path: str) -> None:
    """The worker runs the import's job."""
    with person.registry.reading() as uow:
        job = uow.jobs.of(import_catalogue.IMPORT, path.rpartition("/")[2])
    assert job is not None
    run_import(person.registry, job)


def counted(person: Person, path: str, **more: str) -> None:
    """Every row is read, and nothing registered."""
    reply = person.post(f"{path}/look", {**NO_AI, **more})
    assert (reply.status_code, reply.headers["Location"]) == (303, path), reply.text
    work_off(person, path)


def registered(person: Person, path: str) -> None:
    """Everything is registered."""
    assert person.post(f"{path}/start").headers["Location"] == path
    work_off(person, path)
