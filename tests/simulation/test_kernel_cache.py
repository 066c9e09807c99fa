"""Generated kernels on disk: named by what they are made from, safe when processes start together."""

import os
import subprocess
import sys
from pathlib import Path

from jakstat.simulation import kernel_cache
from jakstat.simulation.dynamics import prepare_dynamics

from . import models

_CHILD = """
import numpy as np
from jakstat.pathway import Pathway, symbol
from jakstat.simulation.dynamics import prepare_dynamics
from jakstat.simulation.kernel_cache import generate_kernels, load_kernels, load_solver
x, k = symbol("x"), symbol("k")
model = Pathway(("x",), (-k * x**3,), {"x": x * 0 + 1}, {"k": 1.0}, {}, {})
kernels = load_kernels(generate_kernels(prepare_dynamics(model)))
states, _, status = load_solver().solve_segments(np.ones((1, 1)), np.ones((1, 1)), np.array([[-1, -1, 0, 1]]),
                                          np.array([[0.0, 1.0]]), np.array([1.0]),
                                          np.array([1e-8, 1e-10, 1e4, 1e-2, 0.0]), kernels, False)
print(float(states[0, 0]))
"""


def test_equal_models_share_a_folder_and_changed_ones_do_not(tmp_path, monkeypatch):
    monkeypatch.setenv("JAKSTAT_CACHE", str(tmp_path))
    first = kernel_cache.generate_kernels(prepare_dynamics(models.DECAY))
    assert kernel_cache.generate_kernels(prepare_dynamics(models.DECAY)) == first
    assert kernel_cache.generate_kernels(prepare_dynamics(models.PULSE)) != first
    monkeypatch.setattr(kernel_cache.llvmlite, "__version__", "another")
    assert kernel_cache.generate_kernels(prepare_dynamics(models.DECAY)) != first


def test_processes_that_start_together_all_get_the_right_answer_and_leave_nothing_behind(tmp_path):
    environment = os.environ | {"JAKSTAT_CACHE": str(tmp_path)}
    children = [
        subprocess.Popen([sys.executable, "-c", _CHILD], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = [child.communicate()[0] for child in children]
    exact = 3.0**-0.5  # x' = -x^3 from 1: x = (1 + 2 t)^(-1/2)
    assert all(abs(float(answer) - exact) < 1e-6 for answer in answers)
    folders = list(Path(tmp_path / "kernels").iterdir())
    assert len(folders) == 2, "one of the model, one of the solver; what was written aside is gone"
