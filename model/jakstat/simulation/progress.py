"""Lines on standard error that say what is being done, where it takes more than some seconds.

Standard error is what a notebook shows and what the log of a rule holds. A small model never gets there.
"""

import sys
import time
from collections.abc import Iterator, Sequence

_SILENT = 3.0  # s before the first line
_BETWEEN = 5.0  # s between lines


def tell(sentence: str) -> None:
    """Write one line."""
    print(f"jakstat: {sentence}", file=sys.stderr, flush=True)


def counted[T](items: Sequence[T], what: str) -> Iterator[T]:
    """Yield items; say how many are done where they take long.

    Parameters
    ----------
    items : sequence
    what : str
        What is done with them, such as ``"derivatives of rates"``.
    """
    next_line = time.monotonic() + _SILENT
    told = False
    for number, item in enumerate(items):
        if time.monotonic() >= next_line:
            tell(f"{what}: {number:,} of {len(items):,}")
            next_line, told = time.monotonic() + _BETWEEN, True
        yield item
    if told:
        tell(f"{what}: all {len(items):,}")
