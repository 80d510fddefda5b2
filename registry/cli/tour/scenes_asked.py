"""The tour's middle: a platform asks, one work and all of them; a no at once, a yes that has to wait."""

import time
from collections import Counter
from collections.abc import Mapping

from registry.cli.screen import GLYPHS
from registry.cli.tour.material import LIBRARY
from registry.cli.tour.page import Page, bar, decided, shortened
from registry.cli.tour.scenes_said import DENIED, GENERATIVE, OPEN, Cast, say
from registry.cli.tour.stage import STEWARD, Stage
from registry.client.ask import Asset
from registry.instants import parse_rfc3339, rfc3339
from registry.services.attest_claim import attest_claim
from registry.services.settle_loosening import confirm_loosening

NOT_REGISTERED = (
    "isrc:GBAYE0601498",
    "https://tour-stranger.example/song.mp3",
    "doi:10.1234/tour.unknown",
    "isbn:9780306406157",
    "iswc:T-000.000.001-0",
)
PICTURE = "w124"


def ask_one(stage: Stage, page: Page, cast: Cast) -> None:
    """One signed question, its signed answer, and what the answer rests on; kept for the last scene."""
    page.scene("A platform asks about one recording, signed")
    listed = cast.registered[DENIED].listed
    verified = stage.ask([Asset(listed.identifiers, ref=DENIED)], GENERATIVE)
    (stage.folder / "answer.json").write_bytes(verified.exchange.encode())
    answer, exchange = verified.answer, verified.exchange
    result = answer["results"][0]
    page.rows(
        [
            ("asked     ", f"POST /v1/verify for {GENERATIVE}: {listed.identifiers[0]}"),
            ("          ", listed.identifiers[1]),
            ("signed    ", f"over {_covered(exchange.request_headers)}"),
            ("answered  ", f"{decided(result)}   permitted: {str(result['permitted']).lower()}"),
        ]
    )
    for each in result["evidence"]:
        page.line(
            f"because     {each['rightsholder']['name']} says {each['preference']} "
            f"({each['scope']}, {each['assurance']}; {each['how']} {shortened(each['matched'], 48)})"
        )
    page.rows(
        [
            ("bound to  ", f"question {answer['question_digest']}"),
            ("          ", f"log of {answer['checkpoint']['size']} entries"),
            ("signed    ", f"over {_covered(exchange.headers)}"),
            ("good until", f"{answer['valid_until']}"),
        ]
    )


def ask_all(stage: Stage, page: Page, cast: Cast) -> None:
    """Everything in one signed batch, and the tally."""
    _wait_for_loosenings(stage)
    items = [
        Asset(each.listed.identifiers, ref=each.listed.ref) for each in cast.registered.values()
    ]
    items += [Asset([text]) for text in NOT_REGISTERED]
    page.scene(f"All {len(items)} at once, in one signed batch")
    began = time.monotonic()
    answer = stage.ask(items, GENERATIVE).answer
    took = time.monotonic() - began
    tally = Counter(result.get("decision", "error") for result in answer["results"])
    most = max(tally.values())
    page.rows(
        [
            (glyph, decision, f"{tally[decision]:>3}", bar(tally[decision], most))
            for decision, glyph in GLYPHS.items()
            if tally[decision]
        ]
    )
    permitted = sum(result["permitted"] for result in answer["results"])
    page.line(
        f"{permitted} of {len(items)} may be used. One answer, one signature, in order: {took:.2f} s "
        "with every signature verified."
    )


def tighten(stage: Stage, page: Page, cast: Cast) -> None:
    """A yes is taken back: at once for now, never for the past."""
    ref = OPEN[1]
    listed = cast.registered[ref].listed
    page.scene(f"{LIBRARY} changes its mind about {shortened(listed.title, 40)}")
    before = stage.ask_one(*listed.identifiers, usage=GENERATIVE)
    moment = rfc3339(stage.registry.clock())
    time.sleep(0.005)
    say(
        stage,
        cast,
        LIBRARY,
        {"subject": {"work": cast.registered[ref].work}, "preferences": {GENERATIVE: "deny"}},
    )
    after = stage.ask_one(*listed.identifiers, usage=GENERATIVE)
    then = stage.ask_one(*listed.identifiers, usage=GENERATIVE, as_of=moment)
    page.rows(
        [
            ("before", decided(before), ""),
            ("after", decided(after), "to tighten takes no proof, no confirmation and no time"),
            ("as of the moment before", decided(then), "the past stays what it was"),
        ]
    )


def loosen(stage: Stage, page: Page, cast: Cast) -> None:
    """A yes on its way: proposed, confirmed, in effect, and only with proof counting."""
    listed = cast.registered[PICTURE].listed
    (url,) = listed.identifiers
    page.scene(f"{LIBRARY} says yes to {listed.title}, and what it takes until that counts")
    subject = {"work": cast.registered[PICTURE].work}
    said = say(stage, cast, LIBRARY, {"subject": subject, "preferences": {GENERATIVE: "allow"}})
    rows = [("said, with a token", _now(stage, url), "a token only proposes to loosen")]
    with stage.registry.writing() as ledger:
        confirm_loosening(ledger, said["id"], STEWARD)
    until = parse_rfc3339(said["takes_effect_at"])
    rows.append(
        ("confirmed", _now(stage, url), f"waits until {said['takes_effect_at'][11:23]} UTC")
    )
    stage.wait_until(until)
    rows.append(("in effect", _now(stage, url), "an unproven yes does not count"))
    with stage.registry.writing() as ledger:
        claim = cast.registered[PICTURE].claim
        attest_claim(ledger, claim, STEWARD, "seen on the owner's profile", identifier=url)
    rows.append(("a steward vouches", _now(stage, url), shortened(url, 30)))
    other = (
        url.replace("https://www.", "http://").rstrip("/").replace("forestwander", "ForestWander")
    )
    rows.append(("another spelling", _now(stage, other), shortened(other, 30)))
    page.rows(rows)
    page.line("A no meets every spelling; a yes holds for exactly the address that was proved.")


def _covered(headers: Mapping[str, str]) -> str:
    """What a signature covers, without the quotation marks."""
    inside = headers["signature-input"].partition("(")[2].partition(")")[0]
    return inside.replace('"', "")


def _now(stage: Stage, url: str) -> str:
    return decided(stage.ask_one(url, usage=GENERATIVE))


def _wait_for_loosenings(stage: Stage) -> None:
    """Until what was said in the second scene has taken effect."""
    with stage.registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    stage.wait_until(head.head.at + stage.registry.place.loosening_delay)
