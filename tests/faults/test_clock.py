"""A clock that is set back, under a real server: a little, and times go on from where they were; more, and nothing is
signed until it is right again. The clock of this machine is left alone: `faketime` tells the server another time.
"""

import subprocess
import time
from itertools import pairwise
from pathlib import Path

import httpx2
import pytest

from registry.instants import parse_rfc3339
from tests.faults.processes import Processes, processes
from tests.faults.traffic import USAGE, Parties, parties
from tests.outside_programs import PROGRAMS

pytestmark = [pytest.mark.faults, pytest.mark.needs("faketime")]


class Clock:
    """The server's clock: seconds apart from this machine's, and moved while it runs."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "offset"
        self.set(0)

    def set(self, seconds: int) -> None:
        draft = self._file.with_suffix(".draft")
        draft.write_text(f"{seconds:+d}\n")
        draft.replace(self._file)

    def environ(self) -> dict[str, str]:
        return {
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "LD_PRELOAD": _library(),
        }


def _library() -> str:
    """What `faketime` has loaded into a program. Only that: it would stand between us and the server's process, and an
    offset of its own would win over the one in the file."""
    command = [PROGRAMS["faketime"].path(), "-f", "+0", "printenv", "LD_PRELOAD"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def start(server: Processes, clock: Clock) -> None:
    server.start("--no-worker", **clock.environ())


def written(server: Processes, of: Parties, http: httpx2.Client) -> httpx2.Response:
    return http.post(
        f"{server.url}/v1/declarations",
        json={"subject": {"catalogue": True}, "preset": "no-ai"},
        headers={"Authorization": f"Bearer {of.tokens[0]}"},
    )


def answered_at(server: Processes, of: Parties, http: httpx2.Client) -> int:
    question = {"usage": USAGE.value, "id": of.allowed[0][0][1]}
    answer = http.get(f"{server.url}/v1/verify", params=question)
    assert answer.status_code == 200, answer.text
    return parse_rfc3339(answer.json()["answered_at"], field="answered_at")


def newest_at(server: Processes) -> int:
    registry = server.open()
    with registry.reading() as uow:
        head = uow.log.head()
    registry.close()
    assert head is not None
    return head.head.at


def test_a_clock_two_minutes_back_signs_nothing_until_it_is_right_again(tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    with processes(tmp_path, f"sqlite:///{tmp_path / 'registry.sqlite'}") as server:
        registry = server.open()
        taking_part = parties(registry)
        registry.close()
        start(server, clock)
        with httpx2.Client(trust_env=False, timeout=60) as http:
            assert written(server, taking_part, http).status_code == 201
            newest = newest_at(server)
            clock.set(-120)
            refused = written(server, taking_part, http)
            assert refused.status_code == 503
            print(f"\n  {refused.json()['detail']}")
            assert "clock" in refused.json()["detail"]
            assert newest_at(server) == newest
            assert answered_at(server, taking_part, http) >= newest, "who asks is answered"
            clock.set(0)
            assert written(server, taking_part, http).status_code == 201
            assert newest_at(server) > newest
        server.kill_everything()  # under faketime it does not come to its own end
        assert server.command("fsck").exit_code == 0


def test_a_server_started_with_its_clock_two_minutes_back_signs_nothing(tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    clock.set(-120)
    with processes(tmp_path, f"sqlite:///{tmp_path / 'registry.sqlite'}") as server:
        registry = server.open()
        parties(registry)
        registry.close()
        newest = newest_at(server)
        with pytest.raises(AssertionError, match="the clock says"):
            start(server, clock)
        server.parent = None
        assert newest_at(server) == newest


def test_a_small_step_back_makes_no_time_in_the_log_decrease(tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    with processes(tmp_path, f"sqlite:///{tmp_path / 'registry.sqlite'}") as server:
        registry = server.open()
        taking_part = parties(registry)
        registry.close()
        start(server, clock)
        times, answers = [newest_at(server)], []
        with httpx2.Client(trust_env=False, timeout=60) as http:
            for offset in (0, -10, -25, -45, 0):
                clock.set(offset)
                for _ in range(3):
                    assert written(server, taking_part, http).status_code == 201
                    times.append(newest_at(server))
                    answers.append(answered_at(server, taking_part, http))
                    assert answers[-1] >= times[-1], "no answer is older than what it rests on"
                time.sleep(0.05)
        print(f"\n  the log's times (ms): {[each - times[0] for each in times]}")
        back = max(earlier - later for earlier, later in pairwise(answers))
        print(f"  an answer's time went back by {back} ms at most, and never behind the log's")
        assert times == sorted(set(times))
        assert 1 in [later - earlier for earlier, later in pairwise(times)], "the clock was back"
        server.kill_everything()  # under faketime it does not come to its own end
        assert server.command("fsck").exit_code == 0


def test_a_small_step_back_takes_the_time_of_answers_back_and_not_behind_the_log(
    tmp_path: Path,
) -> None:
    """An answer is about its own time, and keeps no clock of its own (docs/runbooks.md says so)."""
    clock = Clock(tmp_path)
    with processes(tmp_path, f"sqlite:///{tmp_path / 'registry.sqlite'}") as server:
        taking_part = parties(server.open())
        start(server, clock)
        with httpx2.Client(trust_env=False, timeout=60) as http:
            assert written(server, taking_part, http).status_code == 201
            newest = newest_at(server)
            clock.set(+20)
            ahead = answered_at(server, taking_part, http)
            clock.set(-20)
            after = answered_at(server, taking_part, http)
        print(f"\n  from {ahead - newest} ms after the newest entry back to {after - newest} ms")
        assert newest <= after < ahead
        server.kill_everything()  # under faketime it does not come to its own end
