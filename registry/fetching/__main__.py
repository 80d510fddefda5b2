"""`python -m registry.fetching URL`: the fetch process, as a parent starts it (`process.py`). URL names the registry to
the sites that are looked at."""

import sys

from registry.fetching.limits import limit_this_process
from registry.fetching.looking import Reach
from registry.fetching.serving import serve

if __name__ == "__main__":
    limit_this_process()
    given = sys.argv[1] if len(sys.argv) > 1 else "unnamed"
    url = "".join(c for c in given if c.isascii() and c.isprintable())
    serve(sys.stdin.buffer, sys.stdout.buffer, Reach(agent=f"consent-registry (+{url})"))
