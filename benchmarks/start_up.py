"""Seconds until a model can be used: on a new machine, a new model there, and a model that is in the cache.

Each is one child process with a cache folder of its own, because compiled code that this process holds is not
compiled again.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_CHILD = """
import json, sys, time
began = time.perf_counter()
from jakstat import read_problem
imported = time.perf_counter()
problem = read_problem(sys.argv[1])
problem.gradient()
first = time.perf_counter()
print(json.dumps({"import_seconds": imported - began, "first_gradient_seconds": first - imported}))
"""


def start_up(first: Path, second: Path) -> list[dict]:
    """Return seconds of import and of the first gradient (reading included) of two problems with a fresh cache.

    Parameters
    ----------
    first : Path
        Solved first on an empty cache: the solver itself is compiled.
    second : Path
        Solved next: its kernels are compiled, then loaded.
    """
    with tempfile.TemporaryDirectory(prefix="jakstat-bench-") as cache:
        cases = {
            "first use on a machine (solver and model are compiled)": first,
            "another model (its kernels are compiled)": second,
            "a model that is in the cache": second,
        }
        return [{"case": case} | _run(path, cache) for case, path in cases.items()]


def _run(path: Path, cache: str) -> dict[str, float]:
    environment = os.environ | {"JAKSTAT_CACHE": cache, "PYTENSOR_FLAGS": f"base_compiledir={cache}/pytensor"}
    command = [sys.executable, "-c", _CHILD, str(path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=1800)
    if done.returncode:
        raise RuntimeError(f"the child process ended with {done.returncode}: {done.stderr[-300:]}")
    return json.loads(done.stdout.splitlines()[-1])
