"""Where a no for a whole catalogue was said before leads to where it is said now (tests/web/say)."""

from tests.web.account.test_member_pages import opened
from tests.web.people import ON_SQLITE, People

pytestmark = ON_SQLITE


def test_the_old_address_leads_on(people: People) -> None:
    ada, eve = people.sign_in("Ada"), people.sign_in("Eve")
    path = opened(ada)
    there = ada.get(f"{path}/declare").headers["Location"]
    assert there == path.replace("/account/rightsholders", "/say/catalogue")
    assert "What do you say now?" in ada.page(there)
    assert there in ada.page(path)
    assert eve.get(f"{path}/declare").status_code == eve.get(there).status_code == 404
