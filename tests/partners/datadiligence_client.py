"""Runs in an environment of its own, with the `datadiligence` package as it is published.

    python datadiligence_client.py ADDRESS WAY… < urls

Prints as JSON what that client makes of the URLs (a JSON list), asked in each way, and how long each took (seconds).
"""

import asyncio
import json
import sys
import time

from datadiligence.rules import SpawningAPI

SpawningAPI.SPAWNING_AI_API_URL = sys.argv[1] + "/api/v2/query/urls/"
urls = json.load(sys.stdin)
rule = SpawningAPI("partner")
found = {}
for way in sys.argv[2:]:
    began = time.perf_counter()
    said = getattr(rule, way)(urls=urls)
    if asyncio.iscoroutine(said):
        said = asyncio.run(said)
    found[way] = {"said": said, "seconds": time.perf_counter() - began}
print(json.dumps(found))
