"""Pictures of numbers: from zero, in proportion, and never without words."""

from xml.etree import ElementTree

from registry.web.chart import HEIGHT, bar, columns

_SVG = "{http://www.w3.org/2000/svg}"


def test_columns_begin_at_zero_and_are_in_proportion() -> None:
    picture = ElementTree.fromstring(columns([0, 5, 10], "Works a month"))
    heights = [float(each.attrib["height"]) for each in picture.findall("rect")]
    assert heights == [HEIGHT / 2, HEIGHT], "nothing has no column"
    assert all(
        float(each.attrib["y"]) + float(each.attrib["height"]) == HEIGHT
        for each in picture.findall("rect")
    )


def test_a_picture_says_in_words_what_is_to_be_seen() -> None:
    picture = columns([1], 'From "a" to <b>')
    assert picture.startswith("<svg")
    assert ElementTree.fromstring(picture).attrib["aria-label"] == 'From "a" to <b>'


def test_there_may_be_nothing_to_see() -> None:
    assert ElementTree.fromstring(columns([], "Nothing")).findall("rect") == []
    assert ElementTree.fromstring(bar({})).findall("rect") == []


def test_the_parts_of_a_bar_fill_it_in_their_order() -> None:
    parts = ElementTree.fromstring(bar({"allow": 1, "deny": 2, "unstated": 7})).findall("rect")
    assert [each.attrib["class"] for each in parts] == ["deny", "allow"]
    assert sum(float(each.attrib["width"]) for each in parts) > 99.9
    assert float(parts[0].attrib["width"]) > 66
