"""`python -m registry.fetching URL [posts]`: the fetch process, as a parent starts it (`process.py`), or the one that
posts (`post_process.py`). URL names the registry to the sites that are looked at."""

import sys

from registry.fetching.limits import MEMORY_BYTES, POSTS_MEMORY_BYTES, limit_this_process
from registry.fetching.looking import Reach
from registry.fetching.posting import serve_posts
from registry.fetching.serving import serve

if __name__ == "__main__":
    posts = sys.argv[2:] == ["posts"]
    limit_this_process(POSTS_MEMORY_BYTES if posts else MEMORY_BYTES)
    given = sys.argv[1] if len(sys.argv) > 1 else "unnamed"
    url = "".join(c for c in given if c.isascii() and c.isprintable())
    run = serve_posts if posts else serve
    run(sys.stdin.buffer, sys.stdout.buffer, Reach(agent=f"consent-registry (+{url})"))
