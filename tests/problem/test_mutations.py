"""Damaged studies and PEtab problems: each ends in faults that are listed, or in data of which no row is lost."""

import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from jakstat.files import DataFaultsError, UnsupportedError
from jakstat.problem import ProblemTables, read_tables
from tests.problem.conftest import MEASUREMENTS, MODEL, PARAMETERS, PETAB, STUDY
from tests.problem.small_panel import REFERENCE, TEXTS

INPUTS = {
    "study": {"study.yaml": STUDY, "decay.ant": MODEL, "parameters.tsv": PARAMETERS, "measurements.tsv": MEASUREMENTS},
    "petab": PETAB,
    "panel": TEXTS | {f"reference/{name}.tsv": text for name, text in REFERENCE.items()},
}
#: What goes wrong in files: signs and words that mean something to a reader, or should not.
PIECES = [
    '"',
    "'",
    "\t",
    "\n",
    "\r",
    "\\",
    ",",
    ";",
    "0",
    "-1",
    "1e999",
    "1_0",
    "nan",
    "inf",
    "NA",
    "null",
    "\x00",
    "\ufeff",
    "µ",
    "٣",
    "−",
    " ",
    "#",
    "%",
    "{",
    "[",
    "&a ",
    "*a",
    "!!",
    ": ",
    "- ",
    "---\n",
    "<<: ",
    "../",
    "e",
    "_",
    "(",
    "/ 0",
    "^",
]
_SECONDS = 5


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """Fail where the block takes longer."""

    def stop(*_: object) -> None:
        pytest.fail(f"took longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def damaged(text: str, pick: random.Random) -> str:
    """Return a text with one change: a piece put in, some signs or a line gone, twice or exchanged."""
    start = pick.randrange(len(text) + 1)
    end = min(len(text), start + pick.choice([0, 1, 1, 2, 5]))
    lines = text.split("\n")
    line = pick.randrange(len(lines))
    changes: list[Callable[[], str]] = [
        lambda: text[:start] + pick.choice(PIECES) + text[end:],
        lambda: text[:start] + text[end:],
        lambda: "\n".join(lines[:line] + lines[line + 1 :]),
        lambda: "\n".join(lines[: line + 1] + lines[line:]),
        lambda: "\n".join(pick.sample(lines, len(lines))) if len(lines) < 20 else text[:start],
    ]
    return pick.choice(changes)()


def measured_rows(folder: Path, kind: str) -> int:
    """Return the number of rows that are not blank below the headers of the tables of measurements."""
    files = {"study": ["measurements.tsv"], "petab": ["measurements.tsv"], "panel": ["phospho.tsv", "viability.tsv"]}
    texts = [(folder / name).read_bytes().decode() for name in files[kind] if (folder / name).exists()]
    lines = [text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")[1:] for text in texts]
    return sum(1 for rows in lines for row in rows if any(cell.strip() not in ("", '""') for cell in row.split("\t")))


def read_or_faults(folder: Path, kind: str) -> ProblemTables | None:
    """Return what is read, None where the reader listed its faults; anything else is a failure."""
    try:
        with within(_SECONDS):
            return read_tables(folder / "problem.yaml" if kind == "petab" else folder)
    except UnsupportedError:
        return None
    except DataFaultsError as error:
        faults = error.faults
    assert faults
    assert all(fault.found and fault.needed for fault in faults)
    return None


def try_mutation(folder: Path, kind: str, seed: int) -> None:
    """Damage one file of an input and read it."""
    pick = random.Random(seed)
    for name, text in INPUTS[kind].items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(text.encode())
    name = pick.choice(sorted(INPUTS[kind]))
    text = INPUTS[kind][name]
    for _ in range(pick.choice([1, 1, 2, 3])):
        text = damaged(text, pick)
    (folder / name).write_bytes(text.encode(errors="surrogatepass"))
    tables = read_or_faults(folder, kind)
    if tables is not None and name != "study.yaml" and name != "problem.yaml":
        assert len(tables.measurements) == measured_rows(folder, kind), (name, text)


@pytest.mark.parametrize("kind", INPUTS)
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_damaged_input_ends_in_faults_or_in_all_its_rows(kind, seed, tmp_path_factory):
    try_mutation(tmp_path_factory.mktemp(kind), kind, seed)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", INPUTS)
def test_of_two_thousand_damaged_inputs_none_hangs_stops_or_loses_a_row(kind, tmp_path):
    for seed in range(2000 // len(INPUTS) + 1):
        try_mutation(tmp_path, kind, seed)
