"""A registry at http://localhost (passkeys need a name, not an address), and a visitor with a real browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page
from werkzeug.serving import make_server

from registry.app import create_app
from registry.bootstrap import Registry, open_registry
from tests.outside import POLL_SECONDS, free_port
from tests.registries import MovedClock, settings_for

PASSWORD = "nine lives of a green toaster"


@dataclass(frozen=True)
class Town:
    """A served registry in which people sign up."""

    url: str
    registry: Registry
    clock: MovedClock

    def link_to(self, address: str) -> str:
        """The link in the newest mail to this address."""
        with self.registry.reading() as uow:
            jobs = uow.jobs.listed(kind="mail", limit=1000)
            found = [mail for job in jobs if (mail := uow.mails.find(job.key))]
        return [mail.words["link"] for mail in sorted(found, key=lambda mail: mail.made_at)
                if mail.recipient == address and "link" in mail.words][-1]  # fmt: skip

    def ask_to_sign_up(self, page: Page, address: str) -> None:
        """Up to the page that the link in the mail opens."""
        self.clock.forward(1_000)
        page.goto(f"{self.url}/account/sign-up")
        page.get_by_label("E-mail address").fill(address)
        page.get_by_role("button", name="Send me the link").click()
        page.wait_for_url("**/account/mail-sent")
        page.goto(self.link_to(address))

    def sign_up(self, page: Page, address: str, name: str) -> None:
        """With a password; the browser is signed in afterwards."""
        self.ask_to_sign_up(page, address)
        page.get_by_label("What shall we call you?").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Open my account").click()
        page.wait_for_url("**/account")


@contextmanager
def town(folder: Path, **more: str) -> Iterator[Town]:
    """A registry on SQLite, served until the end of the block."""
    port = free_port()
    url = f"http://localhost:{port}"
    database = f"sqlite:///{folder}/registry.sqlite"
    settings = settings_for(folder, database, **{"REGISTRY_PUBLIC_URL": url, **more})
    clock = MovedClock()
    registry = open_registry(settings, clock)
    registry.prepare()
    app = create_app(settings, clock)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    yield Town(url, registry, clock)
    server.shutdown()
    server.server_close()
    thread.join()
    app.extensions["consent-registry"].registry.close()
    registry.close()
