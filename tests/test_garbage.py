"""The collector's settings, in a process of their own: they hold for a whole process."""

import json
import subprocess
import sys

PROGRAM = """
import gc, json
from registry.garbage import YOUNG, spare_what_stays

kept = [[n] for n in range(1000)]
spare_what_stays()
frozen = gc.get_freeze_count()


class Node:
    pass


for _ in range(YOUNG):
    node = Node()
    node.itself = node
gone = sum(isinstance(each, Node) for each in gc.get_objects())
print(json.dumps([frozen >= 1000, gc.isenabled(), gone < YOUNG]))
"""


def test_what_stays_is_looked_at_no_more_and_cycles_still_go() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(run.stdout) == [True, True, True]
