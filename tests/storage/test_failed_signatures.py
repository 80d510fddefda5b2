"""Refused signatures are kept for the platform whose key was named: the newest hundred, each platform its own."""

from registry.storage.failed_signatures import MOST_KEPT, FailedSignature
from tests.registries import HOUR, START, Desk


def failed(platform: str = "p", at: int = START) -> FailedSignature:
    return FailedSignature(platform, at, "kid", "POST", "signature-invalid", "why", f"base {at}")


def test_the_newest_are_kept_and_others_platforms_are_not_pushed_out(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.failed_signatures.add([failed("q")])
        for part in range(3):
            uow.failed_signatures.add([failed(at=START + part * 60 + n) for n in range(60)])
    with desk.registry.reading() as uow:
        kept = uow.failed_signatures.of("p", 0)
        assert len(uow.failed_signatures.of("q", 0)) == 1
    assert len(kept) == MOST_KEPT
    assert kept[0] == failed(at=START + 179)
    assert kept[-1] == failed(at=START + 80)


def test_only_what_is_younger_is_shown_and_what_is_older_can_be_forgotten(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.failed_signatures.add([failed(), failed(at=START + HOUR)])
        assert uow.failed_signatures.of("p", START + 1) == [failed(at=START + HOUR)]
        assert uow.failed_signatures.forget(START + 1) == 1
        assert uow.failed_signatures.of("p", 0) == [failed(at=START + HOUR)]
