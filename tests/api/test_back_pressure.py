"""Only so many write at once, of one client fewer; whoever is turned away is told when to come back."""

import io
import threading
import time

import pytest

from registry.api.back_pressure import BodyGate, GatedBody, OverloadedError, WriteGate
from tests.api.served import served


def test_one_client_never_takes_all_places():
    gate = WriteGate(4)
    with gate.admitted("a"), gate.admitted("a"), gate.admitted("b"):
        with pytest.raises(OverloadedError, match="2 writes of yours"), gate.admitted("a"):
            pass
        with (
            gate.admitted("c"),
            pytest.raises(OverloadedError, match="too many"),
            gate.admitted("d"),
        ):
            pass
    with gate.admitted("d"):
        pass


def test_two_threads_are_never_given_to_whoever_sends_a_body():
    class Slow:
        def read(self, *size):
            with pytest.raises(OverloadedError, match="too many are sending"):
                GatedBody(gate, io.BytesIO(b"x")).read()
            return b"slow"

    gate = BodyGate(threads=3)
    for _ in range(2):  # also after one that had to wait outside
        assert GatedBody(gate, Slow()).read(4) == b"slow"
    assert GatedBody(gate, io.BytesIO(b"xyz")).read(2) == b"xy"


def test_a_failed_write_leaves_its_place():
    gate = WriteGate(1)
    for _ in range(3):
        with pytest.raises(LookupError), gate.admitted("a"):
            raise LookupError


def test_while_a_write_waits_others_are_shed_and_reads_go_on(tmp_path):
    with served(tmp_path, threaded=True, REGISTRY_WRITERS="1") as world:
        body = {
            "title": "Song",
            "kind": "recording",
            "role": "recording",
            "identifiers": ["isrc:GBAYE0600777"],
        }
        replies = []
        with world.registry.writing():  # whoever writes now has to wait for us
            first = threading.Thread(
                target=lambda: replies.append(world.call("POST", "/v1/works", body))
            )
            first.start()
            gate = world.app.extensions["consent-registry"].limits.gate
            until = time.monotonic() + 60
            while not gate._inside:
                assert time.monotonic() < until, "it never came in"
                time.sleep(0.005)
            shed = world.call("POST", "/v1/works", body)
            assert (shed.status_code, shed.json()["code"]) == (503, "overloaded")
            assert shed.headers["retry-after"] == "2"
            assert world.ask("isrc:GBAYE0600777")["results"][0]["decision"] == "unregistered"
        first.join()
        assert replies[0].status_code == 201
        assert world.call("POST", "/v1/works", {**body, "title": "Another"}).status_code == 201
