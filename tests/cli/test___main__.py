"""`python -m registry.cli` is the `registry` command."""

import subprocess
import sys


def test_it_can_be_called_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "registry.cli", "--help"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("Usage: registry ")
    assert done.stderr == ""
