"""A table as a file that the browser keeps."""

from collections.abc import Iterable, Sequence

from flask import Response

from registry.csv_text import csv_text
from registry.web.page import NO_STORE

CSV = "text/csv; charset=utf-8; header=present"


def csv_file(
    name: str, header: Sequence[str], rows: Iterable[Iterable[object]], cache: str = NO_STORE
) -> Response:
    """CSV under this name, in which no cell is a formula."""
    headers = {"Cache-Control": cache, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(csv_text(header, rows), content_type=CSV, headers=headers)
