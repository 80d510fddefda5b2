"""Question by question: what is said today stands beside each, a wrong answer comes back with why, nothing is lost."""

from registry.domain.events import Subject
from registry.domain.vocabulary import Role, WorkKind
from registry.services.register_work import NewWork, register_work
from tests.registries import DAY, STEWARD
from tests.web.account.test_member_pages import invited
from tests.web.people import ON_SQLITE, People
from tests.web.say.walk import ISRC, answered, said, studio

pytestmark = ON_SQLITE


def test_what_is_said_today_stands_beside_each_use(people: People) -> None:
    at = studio(people, works=3)
    at.desk.declare(at.works[0], by="Ada’s", ai_training="deny")
    at.desk.clock.forward(1_000)
    now = at.ada.data(at.all())["now"]
    nothing = {"preference": "", "pending": False}
    no = {"preference": "deny", "pending": False}
    assert now["ai-training"] == [{**nothing, "works": 2}, {**no, "works": 1}]
    assert now["search"] == [{**nothing, "works": 3}]
    at.desk.declare(Subject("catalogue", at.holder), by="Ada’s", search="deny")
    at.desk.clock.forward(1_000)
    page = at.ada.page(at.one())
    assert "What you say today" in page
    assert "said for everything of yours" in page, "a no to all is not shown as nothing said"
    assert 'class="verdict deny"' in page


def test_nothing_is_kept_before_an_answer_and_what_was_answered_comes_back(people: People) -> None:
    at = studio(people)
    path = at.one()
    at.ada.page(path)
    with at.desk.registry.reading() as uow:
        assert uow.personal_data.of(at.ada.account.id)["sayings"] == []
    base = answered(
        at.ada,
        path,
        "each",
        ai_training="allow",
        generative_training="conditional",
        contact="Ask me at home",
    )
    assert at.ada.data(f"{base}/uses")["uses"]["generative-training"] == "conditional"
    assert at.ada.data(f"{base}/terms")["contact"] == "Ask me at home"
    assert at.ada.data(path)["id"] == base.rpartition("/")[2], "the same draft goes on"


WRONG = [
    ({"contact": ""}, "contact"),
    ({"contact": "a\u200eb\nc"}, "contact"),
    ({"contact": "me", "licence": "javascript:alert(1)"}, "licence"),
    ({"contact": "me", "until": "tomorrow"}, "until"),
    ({"contact": "me", "until": "2020-01-01"}, "until"),
    ({"contact": "me", "until": "9999-12-31"}, "until"),
    ({"contact": "me", "price": "x" * 501}, "price"),
]
"""What is typed, and the field at fault."""


def test_a_condition_that_cannot_stand_comes_back_with_why(people: People) -> None:
    at = studio(people)
    reply = at.ada.post(at.one(), preset="ask-me-first")
    base = reply.headers["Location"].rpartition("/")[0]
    at.ada.post(f"{base}/whom", whom="everybody")
    for typed, field in WRONG:
        reply = at.ada.post(f"{base}/terms", typed)
        assert reply.status_code == 422, typed
        assert f'id="{field}-error"' in reply.text, typed
        assert at.ada.get(f"{base}/check").headers["Location"] == f"{base}/terms"


def test_a_date_is_offered_only_where_it_ends_no_no(people: People) -> None:
    at = studio(people)
    both = answered(
        at.ada, at.one(), "each", ai_training="allow", search="deny", until="2027-01-31"
    )
    assert 'name="until"' not in at.ada.page(f"{both}/terms")
    assert at.ada.data(f"{both}/check")["until"] == ""
    only = said(at.ada, at.catalogue, "each", ai_training="allow", until="2027-01-31")
    (held,) = _declarations(people, at.holder)
    (statement,) = held.statements
    assert statement.valid_until == 1_801_440_000_000, "midnight after the last of January, UTC"
    assert at.ada.data(only)["waits"] == 1


def test_an_exception_for_a_platform_is_picked_from_the_directory(people: People) -> None:
    at = studio(people)
    tunes, other = at.desk.platform("Tunes"), at.desk.platform("Other")
    said(at.ada, at.one(), "no-ai")
    base = answered(at.ada, at.one(), "each", ai_training="allow", whom=tunes)
    found = at.ada.page(f"{base}/whom?q=oth")
    assert other in found
    assert tunes in found, "what is chosen stays there"
    for stranger in ("", "x", at.holder, at.works[0]):
        assert at.ada.post(f"{base}/whom", whom=stranger).status_code == 422
    assert at.ada.data(f"{base}/check")["platform"]["id"] == tunes
    assert "As for everybody" in at.ada.page(f"{base}/check"), "its no speaks for that platform too"
    at.ada.post(f"{base}/check")
    at.desk.clock.forward(3 * DAY + 1)
    with at.desk.registry.reading() as uow:
        claim = uow.projection.dossier("work", at.works[0]).claims[0].id  # type: ignore[union-attr]
    at.desk.prove(claim, "isrc:GBAYE0600000")
    asked = [
        at.desk.ask("isrc:GBAYE0600000", usage="ai-training", asker=who) for who in (tunes, other)
    ]
    assert [each.answer.decision for each in asked if each.answer] == ["allow", "deny"]


def test_of_anothers_answers_nothing_is_learnt_and_a_viewer_changes_nothing(
    people: People,
) -> None:
    at = studio(people)
    eve, ben = people.sign_in("Eve"), people.sign_in("Ben")
    invited(at.ada, f"/account/rightsholders/{at.holder}", ben, "viewer")
    choice = at.one()
    base = answered(at.ada, choice)
    tokens = {eve.address: eve.token(), ben.address: ben.token()}
    steps = ("", "/uses", "/whom", "/terms", "/check", "/withdraw", "/done", "/refused.csv")
    paths = [base + step for step in steps]
    paths += [start + step for start in (choice, at.catalogue) for step in ("", "/withdraw")]
    size = at.count()
    for path in paths:
        for who, status in ((eve, 404), (ben, 403 if path.startswith(at.catalogue) else 404)):
            assert who.get(path).status_code == status, path
            if not path.endswith(("/done", "/refused.csv")):
                form = {"preset": "no-ai", "whom": "everybody"}
                assert who.post(path, form, token=tokens[who.address]).status_code == status, path
    assert eve.post(f"{base}/cancel", token=tokens[eve.address]).status_code == 404
    assert at.ada.post(f"{base}/check", token="").status_code == 403, "without the form's token"
    assert at.count() == size


def test_who_was_removed_says_nothing_more_with_a_draft_that_is_open(people: People) -> None:
    at = studio(people)
    ben = people.sign_in("Ben")
    invited(at.ada, f"/account/rightsholders/{at.holder}", ben, "editor")
    base = answered(ben, at.catalogue)
    path = f"/account/rightsholders/{at.holder}/role"
    at.ada.post(path, member=ben.account.id, role="none")
    size = at.count()
    assert ben.post(f"{base}/check").status_code == 404
    assert at.count() == size


def test_hostile_titles_and_names_are_shown_as_they_are_and_do_nothing(people: People) -> None:
    at = studio(people)
    hostile = "<script>alert(1)</script> \u202eevil"
    with at.desk.registry.writing() as ledger:
        new = NewWork(hostile.replace("\u202e", ""), WorkKind.RECORDING, Role.RECORDING, (ISRC,))
        work = register_work(ledger, at.holder, new, STEWARD).id
    base = answered(at.ada, f"/say/{at.choice([work])}")
    page = at.ada.page(f"{base}/check")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_preset_that_is_not_offered_is_asked_again(people: People) -> None:
    at = studio(people)
    for preset in ("", "everything", "x"):
        reply = at.ada.post(at.one(), preset=preset)
        assert reply.status_code == 422
        assert "preset-error" in reply.text


def _declarations(people: People, holder: str):  # type: ignore[no-untyped-def]
    with people.desk.registry.reading() as uow:
        return uow.projection.dossier("rightsholder", holder).declarations  # type: ignore[union-attr]
