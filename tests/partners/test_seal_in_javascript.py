"""Another implementation of the seal, in another language, written from docs/formats.md: the same to the byte."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from registry.domain.seal import seal
from tests.outside_programs import PROGRAMS

SCRIPT = Path(__file__).parent / "seal.mjs"


@pytest.mark.needs("node")
def test_both_draw_the_same_seals() -> None:
    digests = [hashlib.sha256(bytes([n % 256, n // 256])).digest() for n in range(2000)]
    done = subprocess.run(
        [PROGRAMS["node"].path(), str(SCRIPT)],
        input="\n".join(each.hex() for each in digests),
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    assert json.loads(done.stdout) == [seal(each) for each in digests]
