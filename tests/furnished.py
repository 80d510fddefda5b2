"""A town where there is something to see on every page (tests/every_page.py): an artist with works of hostile titles,
drafts, catalogues and a passkey; a platform with keys and refusals; somebody half signed in; links in mails.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from registry.app import create_app
from registry.domain.events import Subject
from registry.domain.vocabulary import Role, WorkKind
from registry.instants import DAY_MS, rfc3339
from registry.services.declare import withdraw
from registry.services.grant_audit import grant_audit
from registry.services.monthly_notice import NO_MORE
from registry.services.notify import NoticeKind
from registry.services.open_account import register_rightsholder
from registry.services.register_work import NewWork, claim_subject, register_work
from registry.signing.keys import generate
from registry.storage.failed_signatures import FailedSignature
from registry.storage.lookup_counts import Told
from registry.storage.platform_counts import Answered
from registry.storage.single_use import Link
from registry.web.works.one_shown import name_token
from tests.every_page import URL
from tests.registries import STEWARD, Desk, open_desk
from tests.services.authenticator import Authenticator
from tests.web.begin.walk import WHO, answered
from tests.web.catalogue.sending import counted, registered, sent
from tests.web.people import People, Person

SCRIPT = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("http://evil.example")'
RIGHT_TO_LEFT = "שיר לילה (live) 2026"
TITLES = (SCRIPT, FORMULA, RIGHT_TO_LEFT, "x" * 300)
CODES = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@dataclass
class Furnished:
    """The people of this town, and the ids of what is Ada's."""

    people: People
    ids: dict[str, str] = field(default_factory=dict)
    persons: dict[str, Person] = field(default_factory=dict)

    @property
    def ada(self) -> Person:
        return self.persons["ada"]

    def path(self, page: str) -> str:
        """The path of a page of tests/every_page.py."""
        return page.partition(" ")[2].format_map(self.ids)

    def who(self, page: str) -> Person:
        """Who opens it."""
        return self.persons[page.partition(" ")[0]]


@contextmanager
def furnished(folder: Path, public_url: str = "https://registry.example") -> Iterator[Furnished]:
    """The town, on SQLite in this folder."""
    providers = folder / "oidc.toml"
    providers.write_text(
        '[[provider]]\nid = "label"\nname = "Your label"\nissuer = "https://login.example"\nclient_id = "x"\n'
        'client_secret = "y"\n'
    )
    desk = open_desk(
        folder,
        f"sqlite:///{folder}/registry.sqlite",
        REGISTRY_PUBLIC_URL=public_url,
        REGISTRY_RATE_ANONYMOUS="0",
        REGISTRY_OIDC=str(providers),
    )
    town = Furnished(People(create_app(desk.registry.settings, desk.clock), desk))
    _people_come(town)
    _ada_begins(town)
    _works_are_declared(town, desk)
    _a_platform_joins(town, desk)
    _a_catalogue_comes(town)
    _she_changes_her_mind(town)
    _a_steward_lets_her_look(town)
    town.ids["just_now"] = rfc3339(desk.clock())
    yield town
    town.people.app.extensions["consent-registry"].registry.close()
    desk.registry.close()


def _people_come(town: Furnished) -> None:
    people, ids = town.people, town.ids
    ada = town.persons["ada"] = people.sign_in("Ada")
    for name in ("codes", "half"):
        person = people.sign_in(name) if name == "codes" else people.visitor("codes")
        if name == "codes":
            with people.desk.registry.bookkeeping() as uow:
                uow.accounts.change(person.account.id, totp=CODES)
        else:
            person.sign_in()
        town.persons[name] = person
    nobody = town.persons["nobody"] = people.visitor("Nobody")
    nobody.post("/account/sign-up", email=nobody.address)
    ids["sign_up"] = nobody.link_secret()
    nobody.post("/account/new-password", email=ada.address)
    ids["new_password"] = ada.link_secret()
    new = people.visitor("New Address")
    ada.post("/account/address", email=new.address)
    ids["new_address"] = new.link_secret()
    phone = Authenticator(host=ada.origin.partition("://")[2].partition(":")[0], origin=ada.origin)
    asked = ada.post("/account/passkeys/options").get_json()
    made = phone.made(asked["options"])
    ada.post("/account/passkeys", ceremony=asked["ceremony"], credential=made, label=SCRIPT)


def _ada_begins(town: Furnished) -> None:
    """Once to the end, and once as far as the check."""
    ada, ids = town.ada, town.ids
    works = "\n".join(
        f"{title}, GB-AYE-06-0149{number}" for number, title in enumerate(TITLES[1:3])
    )
    ada.post("/account/details", name=RIGHT_TO_LEFT, language="en")
    answered(ada, works=f"{works}\n{SCRIPT}, {URL}", places="https://lovelace.example")
    ada.post("/begin", {**WHO, "name": f"{SCRIPT} {RIGHT_TO_LEFT}"})
    ids["draft"] = ada.post("/begin/check").headers["Location"].rpartition("/")[2]
    ids["record"] = ada.data(f"/begin/done/{ids['draft']}")["record"]
    (mine,) = ada.data("/account/rightsholders")["rightsholders"]
    ids["rightsholder"] = mine["id"]
    guest = town.people.visitor("Guest")
    ada.post(f"/account/rightsholders/{mine['id']}/invite", email=guest.address, role="editor")
    ids["invitation"] = guest.link_secret()
    ada.post(f"/account/rightsholders/{mine['id']}/listing", find="yes")
    answered(ada, works=f"{SCRIPT}, GB-AYE-06-01490\n{FORMULA}, GB-AYE-06-01491")


def _a_steward_lets_her_look(town: Furnished) -> None:
    registry, whose, days = town.people.desk.registry, town.ids["rightsholder"], 30
    with registry.bookkeeping() as uow:
        now, ada = registry.clock(), town.ada.account
        grant = grant_audit(uow, ada, "rightsholder", whose, days, "alice", now - 1)
        grant_audit(uow, ada, "everything", None, days, "alice", now)
    town.ids["audit"] = grant.id
    town.ada.post("/audit/exports", grant=grant.id)


def _works_are_declared(town: Furnished, desk: Desk) -> None:
    """For Ada's rightsholder, one with every title: a no, a yes that waits, something taken back."""
    ids = town.ids
    desk.names["Ada"] = ids["rightsholder"]
    for number, title in enumerate(TITLES):
        code = f"isrc:GBAYE060150{number}"
        new = NewWork(title, WorkKind.RECORDING, Role.RECORDING, (code,), embodies="mine")
        with desk.registry.writing() as ledger:
            ids["work"] = register_work(ledger, ids["rightsholder"], new, STEWARD).id
        ids["isrc"] = code
        said = desk.declare(ids["work"], by="Ada", generative_training="deny", search="allow")
    desk.clock.forward(1_000)
    with desk.registry.writing() as ledger:
        taken = withdraw(ledger, ids["rightsholder"], said.record.id, STEWARD)
    ids["withdrawal"] = taken.record.id
    ids["name"] = name_token(ids["isrc"])


def _a_catalogue_comes(town: Furnished) -> None:
    """Three times: looked at, counted, registered; each with a row that is not taken."""
    ada, ids = town.ada, town.ids
    taken = f"Titel;ISRC\r\n{SCRIPT};GB-AYE-06-01601\r\n{RIGHT_TO_LEFT};GBAYE0601602\r\n"
    for name in ("looked", "counted", "imported"):
        path = sent(ada, ids["rightsholder"], f"{taken}{FORMULA} {name};none\r\n")
        ids[name] = path.rpartition("/")[2]
        if name != "looked":
            counted(ada, path)
        if name == "imported":
            registered(ada, path)
    ids["catalogue_work"] = ada.data(f"/works?rightsholder={ids['rightsholder']}&q=GBAYE0601602")[
        "works"
    ][0]["id"]


def _she_changes_her_mind(town: Furnished) -> None:
    """A yes that waits; an exception that is not sent yet, and one that is; and a mail with a way out of such mails."""
    ada, ids = town.ada, town.ids
    for name, whom in (("said", ids["platform"]), ("saying", "everybody")):
        path = ada.post(f"/works/{ids['work']}/say").headers["Location"]
        path = ada.post(path, preset="ask-me-first").headers["Location"].removesuffix("/whom")
        ada.post(f"{path}/whom", whom=whom)
        ada.post(f"{path}/terms", contact="mailto:ada@people.example", credit=SCRIPT)
        ids[name] = path
        if name == "said":
            assert ada.post(f"{path}/check").headers["Location"] == f"{path}/done"
    ids["name"] = name_token(ids["isrc"])
    link = Link(
        f"{NO_MORE}{NoticeKind.WHO_ASKED}",
        ada.address,
        ada.account.id,
        None,
        town.people.desk.clock() + DAY_MS,
    )
    with town.people.desk.registry.bookkeeping() as uow:
        ids["no_more"] = uow.single_use.add_link(link)


def _a_platform_joins(town: Furnished, desk: Desk) -> None:
    ada, ids = town.ada, town.ids
    made = ada.post(
        "/platform/new", name=SCRIPT, legal_entity=RIGHT_TO_LEFT, contact="ops@tunes.example"
    )
    id = ids["platform"] = made.headers["Location"].rpartition("/")[2]
    ada.post(f"/platform/{id}/domain", domain="tunes.example")
    for kind in ({}, {"test": "yes"}):
        ada.post(f"/platform/{id}/keys", {"jwk": json.dumps(dict(generate().public.jwk)), **kind})
    ada.post(f"/platform/{id}/query-keys", label=SCRIPT)
    guest = town.people.visitor("Platform Guest")
    ada.post(f"/platform/{id}/members", contact=guest.address, role="viewer")
    ids["platform_invitation"] = guest.link_secret()
    now = desk.clock()
    base = '"@method": POST\n"@target-uri": https://registry.example/v1/verify\n"@signature-params": ()'
    refused = FailedSignature(id, now, "k" * 43, "POST", "signature-invalid", SCRIPT, base)
    desk.names[SCRIPT] = id
    desk.declare(ids["work"], by="Ada", to=id, generative_training="allow")
    also = Subject("work", ids["work"])
    with desk.registry.writing() as ledger:
        other = register_rightsholder(ledger, f"{SCRIPT} {RIGHT_TO_LEFT}", STEWARD)
        claim_subject(ledger, other, also, Role.COMPOSITION, "mine", STEWARD)
    with desk.registry.bookkeeping() as uow:
        day = now - now % DAY_MS
        uow.lookup_counts.add({Told(ids["work"], day, id, "search", "unstated"): 1234})
        uow.lookup_counts.add({Told(ids["work"], day - 40 * DAY_MS, id, "ai-input", "deny"): 1})
        uow.platform_counts.add({Answered(id, day, "search", "deny"): 1234})
        uow.platform_counts.add({Answered(id, day, "ai-input", "error"): 1})
        uow.failed_signatures.add([refused])
