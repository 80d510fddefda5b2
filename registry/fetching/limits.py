"""What one look may take, and what the fetch process may take from the machine. The process sets that itself before it
reads its first line (setrlimit): whatever a stranger's server sends, it ends before the machine notices.
"""

import resource
from typing import Final

TEXT_BYTES: Final = 64 * 1024
TEXT_SECONDS: Final = 5.0
DIGEST_BYTES: Final = 64 * 1024 * 1024
DIGEST_SECONDS: Final = 60.0

MEMORY_BYTES: Final = 256 * 1024 * 1024
"""Address space; the process has about 40 MiB of it once it is started."""
CPU_SECONDS: Final = 60
OPEN_FILES: Final = 32

POST_BYTES: Final = 64 * 1024
POST_SECONDS: Final = 5.0
POST_REPLY_BYTES: Final = 1024
"""What is read of the reply to a post."""
POSTS_AT_ONCE: Final = 8
POSTS_MEMORY_BYTES: Final = 1024 * 1024 * 1024
"""Address space of a process that posts: each of its threads reserves some without using it."""


def limit_this_process(memory: int = MEMORY_BYTES) -> None:
    """Bounds memory (bytes), processor time and open files; allows no file to be written and no core to be dumped."""
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_CPU, CPU_SECONDS)
    _limit(resource.RLIMIT_NOFILE, OPEN_FILES)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(kind: int, most: int) -> None:
    hard = resource.getrlimit(kind)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (most, most))
