"""A table leaves as a file that no cache keeps."""

from registry.web.csv_file import csv_file


def test_a_table_is_a_file_with_a_name_and_is_not_kept_unless_said() -> None:
    reply = csv_file("rows.csv", ("title",), [["=1"]])
    assert reply.get_data(as_text=True) == "title\r\n'=1\r\n"
    assert reply.headers["Content-Disposition"] == 'attachment; filename="rows.csv"'
    assert reply.headers["Cache-Control"] == "no-store"
    assert csv_file("x", (), [], "max-age=5").headers["Cache-Control"] == "max-age=5"
