"""Tidying: replies and jobs are kept for as long as it says, and go a thousand at a time."""

from registry.instants import DAY_MS
from registry.services.send_mail import UNSENT_KEPT_MS, queue_mail
from registry.services.sign_in import IDLE_MS
from registry.services.tidy import (
    AT_ONCE,
    DEAD_NOTICES_KEPT_MS,
    DONE_JOBS_KEPT_MS,
    IMPORTS_KEPT_MS,
    REPLIES_KEPT_MS,
    forget_dead_notices,
    forget_done_jobs,
    forget_imports,
    forget_of_people,
    forget_replies,
)
from registry.storage.replies import Reply
from registry.storage.sessions import Session
from registry.storage.single_use import Link
from registry.storage.webhooks import Notice, NoticeKind
from tests.importing import sent
from tests.registries import START, Desk


def test_a_reply_is_given_again_until_its_time_is_over(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.replies.keep("t", "k", b"d", Reply(201, b"said"), START)
        assert not forget_replies(uow, START + REPLIES_KEPT_MS)
        assert uow.replies.find("t", "k", b"d") == Reply(201, b"said")
        assert not forget_replies(uow, START + REPLIES_KEPT_MS + 1)
        assert uow.replies.find("t", "k", b"d") is None


def test_many_old_replies_go_the_oldest_first_and_it_is_said_that_there_are_more(
    desk: Desk,
) -> None:
    now = START + REPLIES_KEPT_MS + AT_ONCE + 2
    with desk.registry.bookkeeping() as uow:
        for number in range(AT_ONCE + 1):
            uow.replies.keep("t", f"k{number}", b"d", Reply(200, b""), START + number)
        assert forget_replies(uow, now)
        assert uow.replies.find("t", f"k{AT_ONCE - 1}", b"d") is None
        assert uow.replies.find("t", f"k{AT_ONCE}", b"d") is not None
        assert not forget_replies(uow, now)
        assert uow.replies.find("t", f"k{AT_ONCE}", b"d") is None


def test_a_job_that_is_done_is_listed_until_its_time_is_over(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.jobs.add("prove", "c", START)
        (id,) = uow.jobs.due(START, ["prove"], 1)
        taken = uow.jobs.take(id, START, START + 1)
        assert taken is not None
        assert uow.jobs.done(taken, START)
        assert forget_done_jobs(uow, START + DONE_JOBS_KEPT_MS) == 0
        assert forget_done_jobs(uow, START + DONE_JOBS_KEPT_MS + 1) == 1


def test_a_notice_that_was_given_up_on_can_be_replayed_until_its_time_is_over(desk: Desk) -> None:
    dead = Notice("n", "w", NoticeKind.CHANGES, START, 1, 2, 2, ("x",), 12, START, START, "away")
    with desk.registry.bookkeeping() as uow:
        uow.webhooks.add_notice(dead)
        assert forget_dead_notices(uow, START + DEAD_NOTICES_KEPT_MS) == 0
        assert uow.webhooks.dead("w") == [dead]
        assert forget_dead_notices(uow, START + DEAD_NOTICES_KEPT_MS + 1) == 1


def test_sessions_links_tries_and_mails_go_when_their_time_is_over(desk: Desk) -> None:
    session = Session("s", "a", "whole", START, START, START, START + 99 * DAY_MS, "?", "?")
    with desk.registry.bookkeeping() as uow:
        uow.sessions.add(session, "secret")
        link = uow.single_use.add_link(Link("sign-up", "a@x.org", None, None, START + 5))
        uow.attempts.count("guess", "a", START, 1_000)
        queue_mail(uow, "a@x.org", "no-account", "en", now=START, link="https://x/y")
        forget_of_people(uow, START + 4)
        assert uow.sessions.find("secret") == session
        assert uow.single_use.look_at_link(link, "sign-up", START)
        assert uow.mails.waiting()[0] == 1
        forget_of_people(uow, START + UNSENT_KEPT_MS + 1)
        assert uow.single_use.look_at_link(link, "sign-up", START) is None
        assert uow.mails.waiting()[0] == 0
        assert uow.attempts.count("guess", "a", START, 1_000) == 1
        assert uow.sessions.find("secret") == session
        forget_of_people(uow, START + IDLE_MS + 1)
        assert uow.sessions.find("secret") is None


def test_an_import_goes_with_its_file_when_its_time_is_over(desk: Desk) -> None:
    found = sent(desk, "Title,ISRC\nA,GBAYE0601498\n")
    files, over = desk.registry.import_files, found.made_at + IMPORTS_KEPT_MS + 1
    with desk.registry.bookkeeping() as uow:
        assert forget_imports(uow, files, over - 1) == 0
        assert files.source(found.id).is_file()
        assert forget_imports(uow, files, over) == 1
        assert uow.imports.find(found.id) is None
    assert list(files.folder.iterdir()) == []
