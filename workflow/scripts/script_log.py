"""The log of a rule's script: everything printed goes to it, and what stops the script is said on the terminal too."""

import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from jakstat.files import UnusableFileError


@contextmanager
def log_to(
    path: str, faults: tuple[type[Exception], ...] = (), advice: str = "", bar: bool = False
) -> Iterator[Callable[[str], None]]:
    """Print to ``path`` within the block; on an error leave with exit code 1 and a message on the terminal.

    The block gets a function that says a sentence in the log and on the terminal.

    ``faults`` are errors of the input, which need their message and ``advice`` but no traceback; results that are
    damaged or another problem's are among them everywhere. With ``bar`` standard error stays a terminal where it is
    one, for a progress bar. The last line of the log says how long it took.
    """
    terminal, started = sys.stderr, time.monotonic()
    with open(path, "w", buffering=1, encoding="utf-8") as log:
        sys.stdout = log
        sys.stderr = terminal if bar and terminal.isatty() else log

        def say(sentence: str) -> None:
            print(sentence, file=log)
            print(sentence, file=terminal, flush=True)

        try:
            yield say
            print(f"done in {time.monotonic() - started:.0f} s", file=log)
        except (*faults, UnusableFileError) as error:
            message = f"{error}\n{advice}".strip()
            print(message, file=log)
            sys.exit(message)
        except Exception as error:
            traceback.print_exc(file=log)
            sys.exit(f"{type(error).__name__}: {error}\nThe traceback is in {path}")
        finally:
            sys.stdout, sys.stderr = sys.__stdout__, terminal


def progress_to(say: Callable[[str], None], name: str) -> Callable[[str], None]:
    """Return what takes lines of progress: the log where a terminal shows a bar, else the output of the run too."""
    return print if sys.stderr.isatty() else lambda line: say(f"{name}: {line}")
