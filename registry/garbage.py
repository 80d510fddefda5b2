"""Python's cyclic garbage collector, set for a server that answers questions.

A request makes thousands of short-lived objects and no cycles, so they go as soon as nobody holds them. With the
defaults the collector looks at them, and now and then at everything that was ever imported, many times a
second: about a tenth of the time of a look-up, and a third of a batch's (docs/scale.md). What cycles there are
(tracebacks, mostly) wait a little longer.
"""

import gc

YOUNG = 50_000
"""Objects made and kept before the youngest generation is looked at: what a batch of 1,000 items holds."""


def spare_what_stays() -> None:
    """Call once, when the application is made: what there is by then stays, and is looked at no more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
