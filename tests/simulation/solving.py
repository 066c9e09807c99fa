"""Run the generated solver of a small pathway."""

import ctypes
from functools import cache

import numpy as np

from jakstat.pathway import Pathway
from jakstat.simulation import load_kernels, load_solver
from jakstat.simulation.kernel_cache import generate_kernels
from jakstat.simulation.kernels.dynamics import prepare_dynamics


def run_kernel(address: int, *arguments: float | np.ndarray) -> float:
    """Call one kernel from Python."""
    kinds = [ctypes.c_void_p if isinstance(argument, np.ndarray) else ctypes.c_double for argument in arguments]
    given = [argument.ctypes.data if isinstance(argument, np.ndarray) else argument for argument in arguments]
    return ctypes.CFUNCTYPE(ctypes.c_double, *kinds)(int(address))(*given)


@cache
def _prepared(number: int):
    pathway = _PATHWAYS[number]
    dynamics = prepare_dynamics(pathway)
    return dynamics, load_kernels(generate_kernels(dynamics))


_PATHWAYS: dict[int, Pathway] = {}


class Solver:
    """One-condition interface to a pathway's generated solver."""

    def __init__(self, pathway: Pathway):
        _PATHWAYS[id(pathway)] = pathway
        self.dynamics, self.model = _prepared(id(pathway))
        self.module = load_solver()
        self.parameters = np.array([[pathway.parameters[name] for name in self.dynamics.parameters]])
        self.initial = np.array([[float(pathway.initial_values[name]) for name in self.dynamics.states]])

    def arguments(self, times, parameters=None, initial=None, start=0.0, end=None):
        times = np.asarray(times, dtype=float)
        return (
            self.parameters if parameters is None else np.atleast_2d(parameters),
            self.initial if initial is None else np.atleast_2d(initial),
            np.array([[-1, -1, 0, len(times)]]),
            np.array([[start, times[-1] if end is None else end]]),
            times,
        )

    def solve(self, times, rtol=1e-8, atol=1e-10, max_steps=100_000, recording=False, newton=1e-2, method=0, **changed):
        settings = np.array([rtol, atol, max_steps, newton, method])
        return self.module.solve_segments(*self.arguments(times, **changed), settings, self.model, recording)

    def gradient(self, times, weights, rtol=1e-8, atol=1e-10, newton=1e-2, method=0, **changed):
        _, tape, status = self.solve(times, rtol, atol, recording=True, newton=newton, method=method, **changed)
        assert status[0] == 0
        arguments, settings = self.arguments(times, **changed)[:3], np.array([rtol, atol, 0, newton, method])
        weights = np.asarray(weights, dtype=float)
        gp, gx = self.module.pull_back_segments(*arguments, tape, weights, settings, self.model)
        return gp[0], gx[0], tape
