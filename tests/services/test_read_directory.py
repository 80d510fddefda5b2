"""A platform's keys follow its key directory, at its proved domain and nowhere else."""

import pytest

from registry.errors import Conflict
from registry.fetching.lines import Missed
from registry.services.actor import REGISTRY
from registry.services.prove_claim import AskedTooSoon
from registry.services.prove_domain import name_domain
from registry.services.read_directory import (
    DIRECTORY,
    READ_AGAIN_MS,
    judge_directory,
    read_directory,
    settle_directory,
    use_directory,
)
from registry.services.register_platform import add_platform_key, revoke_platform_key
from registry.signing.key_directory import PATH
from registry.signing.keys import Signer, generate
from registry.storage.platform_profiles import Profile
from tests.fetching.sites import Web, redirect, reply
from tests.registries import STEWARD, Desk
from tests.services.test_prove_domain import FILE, HOST, ON_SQLITE, looked, named
from tests.signing.key_directories import directory

ONE, TWO = generate(), generate("ES256")


def put_up(desk: Desk, web: Web, *signers: Signer, **more: object) -> None:
    fields, body = directory(*signers, now=desk.clock.now // 1000, **more)  # type: ignore[arg-type]
    media_type = fields.pop("content-type")
    named_so = {name.replace("-", "_"): text for name, text in fields.items()}
    web.put(HOST, PATH, reply(body, media_type, **named_so))


def ready(desk: Desk, web: Web) -> None:
    """A platform with a proved domain, whose keys are to be read there."""
    web.put(HOST, FILE, reply(named(desk)))
    looked(desk, web)
    with desk.registry.writing() as ledger:
        use_directory(ledger, desk.platform(), STEWARD, wanted=True)


def read(desk: Desk, web: Web) -> Profile:
    with web.kept_fetcher() as fetcher:
        read_directory(desk.registry, desk.platform(), fetcher, REGISTRY)
    with desk.registry.reading() as uow:
        return uow.platform_profiles.of(desk.platform())


def standing(desk: Desk) -> set[str]:
    with desk.registry.reading() as uow:
        keys = uow.platform_keys.of(desk.platform())
    return {key.kid for key in keys if key.revoked_at is None}


def test_keys_are_added_overlap_and_end_as_the_directory_says(desk: Desk, web: Web) -> None:
    ready(desk, web)
    put_up(desk, web, ONE)
    assert read(desk, web).directory_trouble is None
    assert standing(desk) == {ONE.kid}
    put_up(desk, web, ONE, TWO)
    read(desk, web)
    assert standing(desk) == {ONE.kid, TWO.kid}
    put_up(desk, web, TWO)
    read(desk, web)
    assert standing(desk) == {TWO.kid}
    put_up(desk, web)
    read(desk, web)
    assert standing(desk) == set()
    assert desk.fsck().wrong is None
    with desk.registry.reading() as uow:
        job = uow.jobs.of(DIRECTORY, desk.platform())
    assert job is not None
    assert not web.reached_what_is_forbidden


@ON_SQLITE
def test_a_reading_that_fails_changes_nothing(desk: Desk, web: Web) -> None:
    ready(desk, web)
    put_up(desk, web, ONE)
    before = read(desk, web).directory_read_at
    for answer in (
        reply("away", status="503 Service Unavailable"),
        reply("{}", "application/json"),
        redirect("https://artist.example" + PATH),
        reply(b"x" * 100_000),
    ):
        web.put(HOST, PATH, answer)
        after = read(desk, web)
        assert after.directory_trouble
        assert after.directory_read_at == before
    put_up(desk, web, listed=[dict(TWO.public.jwk)])
    read(desk, web)
    put_up(desk, web, TWO, authority="artist.example")
    read(desk, web)
    assert standing(desk) == {ONE.kid}


@ON_SQLITE
def test_keys_that_were_uploaded_are_no_business_of_the_directory(desk: Desk, web: Web) -> None:
    ready(desk, web)
    uploaded = generate()
    with desk.registry.writing() as ledger:
        add_platform_key(ledger, desk.platform(), uploaded.public.jwk, STEWARD)
    put_up(desk, web, ONE)
    read(desk, web)
    put_up(desk, web)
    read(desk, web)
    assert standing(desk) == {uploaded.kid}


@ON_SQLITE
def test_a_revoked_key_stays_revoked_and_anothers_key_stays_theirs(desk: Desk, web: Web) -> None:
    ready(desk, web)
    put_up(desk, web, ONE, TWO)
    read(desk, web)
    theirs = generate()
    other = desk.platform("Q")
    with desk.registry.writing() as ledger:
        revoke_platform_key(ledger, ONE.kid, STEWARD)
        add_platform_key(ledger, other, theirs.public.jwk, STEWARD)
    put_up(desk, web, ONE, TWO, theirs)
    trouble = read(desk, web).directory_trouble
    assert standing(desk) == {TWO.kid}
    assert trouble is not None
    assert {each for each in (ONE.kid, theirs.kid) if each in trouble} == {ONE.kid, theirs.kid}


@ON_SQLITE
def test_what_came_from_a_domain_ends_with_it(desk: Desk, web: Web) -> None:
    ready(desk, web)
    put_up(desk, web, ONE)
    read(desk, web)
    with desk.registry.writing() as ledger:
        name_domain(ledger, desk.platform(), "music.example", STEWARD)
    assert standing(desk) == set()
    put_up(desk, web, TWO)
    read(desk, web)
    assert standing(desk) == set()


@ON_SQLITE
def test_no_more_reading_ends_what_was_read(desk: Desk, web: Web) -> None:
    ready(desk, web)
    put_up(desk, web, ONE)
    read(desk, web)
    with desk.registry.writing() as ledger:
        use_directory(ledger, desk.platform(), STEWARD, wanted=False)
    assert standing(desk) == set()
    seen = len(web.seen)
    read(desk, web)
    assert len(web.seen) == seen


@ON_SQLITE
def test_a_reading_is_asked_for_once_a_minute(desk: Desk, web: Web) -> None:
    ready(desk, web)
    for again in (True, False):
        with desk.registry.writing() as ledger:
            if again:
                with pytest.raises(AskedTooSoon):
                    use_directory(ledger, desk.platform(), STEWARD, wanted=True)
            else:
                use_directory(ledger, desk.platform(), STEWARD, wanted=False)


@ON_SQLITE
def test_only_a_proved_domain_is_read(desk: Desk) -> None:
    named(desk)
    with desk.registry.writing() as ledger, pytest.raises(Conflict):
        use_directory(ledger, desk.platform(), STEWARD, wanted=True)


@ON_SQLITE
def test_the_next_reading_is_the_next_day_whatever_this_one_said(desk: Desk) -> None:
    platform = desk.platform()
    said = judge_directory(HOST, Missed("unreachable", "it did not answer"), 1)
    with desk.registry.writing() as ledger:
        profile = settle_directory(ledger, Profile(platform), said, STEWARD)
        job = ledger.uow.jobs.of(DIRECTORY, platform)
    assert profile.directory_trouble == "it did not answer"
    assert job is not None
    assert job.due >= desk.clock.now + READ_AGAIN_MS
