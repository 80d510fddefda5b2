"""Records are unlisted until their rightsholder wants them found; then they have a public page, and no longer."""

import re

from registry.services.erase import erase
from registry.web.static_files import FOR_EVER
from tests.registries import STEWARD
from tests.web.account.test_member_pages import invited, opened
from tests.web.people import ON_SQLITE, People, Person

pytestmark = ON_SQLITE
NOINDEX = '<meta name="robots" content="noindex">'


def with_a_record(people: People, name: str = "Ada Lovelace") -> tuple[Person, str, str]:
    """Somebody, the id of their rightsholder, and that of a record of it."""
    ada, desk = people.sign_in("Ada"), people.desk
    id = desk.names["Ada"] = opened(ada, name).rpartition("/")[2]
    work, _ = desk.work("isrc:GBAYE0601498", by="Ada", title="<b>Night</b> Train")
    return ada, id, desk.declare(work, by="Ada", generative_training="deny").record.id


def choose(person: Person, id: str, find: str) -> int:
    return person.post(f"/account/rightsholders/{id}/listing", find=find).status_code


def tags(person: Person, record: str) -> list[str | None]:
    paths = (f"/records/{record}", f"/records/{record}/badge.svg", f"/records/{record}/seal.svg")
    return [person.get(path).headers.get("X-Robots-Tag") for path in paths]


def test_a_record_asks_search_engines_to_leave_it_out_until_its_owner_wants_it_found(
    people: People,
) -> None:
    ada, id, record = with_a_record(people)
    nobody, page = people.visitor(), f"/rightsholders/{id}"
    assert tags(nobody, record) == ["noindex"] * 3
    assert NOINDEX in nobody.page(f"/records/{record}")
    assert nobody.get(page).status_code == 404
    assert choose(ada, id, "yes") == 303
    assert tags(nobody, record) == [None, None, "noindex"]
    found = nobody.page(f"/records/{record}")
    assert NOINDEX not in found
    assert f'href="{page}"' in found
    assert NOINDEX not in nobody.page(page)
    assert "X-Robots-Tag" not in nobody.get(page).headers
    assert f'href="/records/{record}"' in nobody.page(page)
    assert choose(ada, id, "no") == 303
    assert tags(nobody, record) == ["noindex"] * 3
    assert nobody.get(page).status_code == 404
    assert page not in nobody.page(f"/records/{record}")


def test_the_seal_is_kept_for_ever_and_so_never_listed(people: People) -> None:
    ada, id, record = with_a_record(people)
    choose(ada, id, "yes")
    seal = ada.get(f"/records/{record}/seal.svg").headers
    assert (seal["Cache-Control"], seal["X-Robots-Tag"]) == (FOR_EVER, "noindex")


def test_the_signed_record_can_be_fetched_whatever_was_chosen(people: People) -> None:
    ada, id, record = with_a_record(people)
    machine = people.app.test_client()
    before = machine.get(f"/v1/records/{record}").data
    choose(ada, id, "yes")
    assert machine.get(f"/v1/records/{record}").data == before
    choose(ada, id, "no")
    assert machine.get(f"/v1/records/{record}").data == before


def test_what_was_said_to_one_platform_alone_stays_unlisted(people: People) -> None:
    ada, id, _ = with_a_record(people)
    desk = people.desk
    platform = desk.platform("Tunes")
    work, _ = desk.work("isrc:GBAYE0601499", by="Ada", title="A deal")
    record = desk.declare(work, by="Ada", to=platform, generative_training="allow").record.id
    choose(ada, id, "yes")
    assert tags(ada, record) == ["noindex"] * 3
    assert NOINDEX in ada.page(f"/records/{record}")
    assert "A deal" not in ada.page(f"/rightsholders/{id}")


def test_the_choice_changes_no_answer_and_is_no_event(people: People) -> None:
    ada, id, _ = with_a_record(people)

    def told() -> object:
        with people.desk.registry.reading() as uow:
            return uow.log.head().head.size, people.desk.ask("isrc:GBAYE0601498")

    before = told()
    choose(ada, id, "yes")
    assert told() == before


def test_a_viewer_sees_the_choice_and_cannot_change_it(people: People) -> None:
    ada, id, record = with_a_record(people)
    ben, eve = people.sign_in("Ben"), people.sign_in("Eve")
    path = f"/account/rightsholders/{id}"
    invited(ada, path, ben, "editor")
    invited(ada, path, eve, "viewer")
    button = "Let search engines find my records"
    assert button in ben.page(path)
    assert button not in eve.page(path)
    assert "An owner or an editor can change this." in eve.page(path)
    assert choose(eve, id, "yes") == 403
    assert tags(ada, record)[0] == "noindex"
    assert choose(ben, id, "yes") == 303
    assert choose(eve, id, "no") == 403
    assert tags(ada, record)[0] is None


def test_somebody_else_a_form_without_its_token_and_a_word_that_is_none_change_nothing(
    people: People,
) -> None:
    ada, id, record = with_a_record(people)
    stranger, path = people.sign_in("Eve"), f"/account/rightsholders/{id}/listing"
    assert choose(stranger, id, "yes") == 404
    assert people.visitor().post(path, find="yes", token="").status_code in (303, 403)
    assert ada.post(path, find="yes", token="").status_code == 403
    assert ada.post(path, find="perhaps").status_code == 422
    assert ada.post(path).status_code == 422
    assert tags(ada, record)[0] == "noindex"


def test_a_page_that_is_not_public_is_like_one_of_nobody(people: People) -> None:
    _, id, record = with_a_record(people)
    nobody = people.visitor()
    replies = [
        re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", nobody.get(f"/rightsholders/{each}").text)
        for each in (id, record)
    ]
    assert replies[0] == replies[1]
    assert nobody.get("/rightsholders/..%2fx").status_code == 404


def test_a_hostile_name_and_title_are_only_text(people: People) -> None:
    ada, id, _ = with_a_record(people, "<script>alert(1)</script> Ada")
    choose(ada, id, "yes")
    page = ada.page(f"/rightsholders/{id}")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "<b>Night" not in page
    assert ada.data(f"/rightsholders/{id}")["name"] == "<script>alert(1)</script> Ada"


def test_the_page_says_what_is_said_of_everything_and_goes_on_from_page_to_page(
    people: People,
) -> None:
    ada, id, _ = with_a_record(people)
    desk = people.desk
    for number in range(50):
        work, _ = desk.work(f"isrc:GBAYE06020{number:02}", by="Ada", title=f"Song {number}")
        desk.declare(work, by="Ada", generative_training="deny")
    choose(ada, id, "yes")
    first = ada.data(f"/rightsholders/{id}")
    assert first["catalogue"] is None
    assert "For everything of theirs together, nothing is said." in ada.page(f"/rightsholders/{id}")
    assert len(first["works"]) == 50
    (link,) = re.findall(r'href="([^"]+)" rel="next"', ada.page(f"/rightsholders/{id}"))
    second = ada.data(link)
    assert [each["title"] for each in second["works"]] == ["<b>Night</b> Train"]
    assert second["next"] is None
    assert "To the first page" in ada.page(link)


def test_an_erased_rightsholder_has_no_page_and_is_in_no_list(people: People) -> None:
    ada, id, record = with_a_record(people)
    choose(ada, id, "yes")
    registry = people.desk.registry
    erase(registry.writing, registry.import_files, id, STEWARD, titles=True)
    assert people.visitor().get(f"/rightsholders/{id}").status_code == 404
    assert people.visitor().get(f"/records/{record}").status_code == 410
    with registry.reading() as uow:
        assert not uow.listings.has(id)
    with registry.bookkeeping() as uow:
        uow.listings.put(id, 1)
    assert people.visitor().get(f"/rightsholders/{id}").status_code == 404, (
        "whatever is in the list"
    )


def test_the_page_counts_like_a_lookup(people: People) -> None:
    ada, id, _ = with_a_record(people)
    choose(ada, id, "yes")
    most = people.desk.registry.settings.rate_anonymous
    nobody = people.visitor()
    statuses = {nobody.get(f"/rightsholders/{id}").status_code for _ in range(most + 1)}
    assert statuses == {200, 429}
