"""A background worker that sends notices to receivers on loopback, until it is killed:
`python -m tests.worker.sending_program FOLDER DATABASE COMMAND`. COMMAND is the program that posts, as JSON.
"""

import json
import sys
import threading
from pathlib import Path

from registry.bootstrap import open_registry
from registry.fetching.post_process import PostProcess
from registry.instants import system_clock
from registry.logs import open_log
from registry.worker.runner import Runner
from registry.worker.senders import sending
from tests.registries import settings_for

if __name__ == "__main__":
    folder, database_url, command = sys.argv[1:]
    registry = open_registry(settings_for(Path(folder), database_url), system_clock)
    log = open_log("error", sys.stderr, system_clock)
    runner = Runner(registry, log, {}, lease=1_000)
    with sending(runner, lambda url: PostProcess(url, json.loads(command))):
        print("sending", flush=True)
        threading.Event().wait()
