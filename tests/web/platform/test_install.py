"""Every page and form of platforms has its route."""

from registry.web.platform import own_forms, own_pages
from tests.web.people import ON_SQLITE, People, people

__all__ = ["people"]


@ON_SQLITE
def test_no_view_is_left_without_a_route(people: People) -> None:
    views = {
        f"platform.{name}"
        for module in (own_pages, own_forms)
        for name in vars(module)
        if name.startswith(("get_", "post_"))
    }
    assert views == {each for each in people.app.view_functions if each.startswith("platform.")}
