"""Two projections side by side: the first key that differs, is missing or is too many is named."""

import pytest
from sqlalchemy import delete, insert

from registry.errors import VerificationFailed
from registry.services.compare_projection import compare_projection
from registry.storage.tables import handles
from tests.registries import Desk


def test_the_first_of_several_wrong_rows_is_named_by_its_key(desk: Desk) -> None:
    work, claim = desk.work("isrc:GBAYE0601498")
    with desk.registry.reading() as uow:
        assert compare_projection(uow, lambda done, total: None) > 3
    strange = [{"id": id, "kind": "work", "subject": work} for id in ("zz", "00", "ÿ")]
    with desk.registry.bookkeeping() as uow:
        uow.connection.execute(insert(handles), strange)
        uow.connection.execute(delete(handles).where(handles.c.id == claim))
        for named in (r"id=00\] should not", rf"id={claim}\] is missing", "id=zz", "id=ÿ"):
            with pytest.raises(VerificationFailed, match=named):
                compare_projection(uow, lambda done, total: None)
            if "missing" in named:
                uow.connection.execute(
                    insert(handles), {"id": claim, "kind": "work", "subject": work}
                )
            else:
                wrong = {"id=zz": "zz", "id=ÿ": "ÿ"}.get(named, "00")
                uow.connection.execute(delete(handles).where(handles.c.id == wrong))
        assert compare_projection(uow, lambda done, total: None)
