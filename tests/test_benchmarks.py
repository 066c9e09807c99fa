"""The benchmark's own columns: accuracy on Boehm's problem, rows of absent peers, ratios. No timings."""

import sys
from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pytest
import sympy as sp


@pytest.fixture(scope="module")
def modules(repository):
    """Return the modules of the folder ``benchmarks``, which no installation has."""
    sys.path.insert(0, str(repository))
    names = (
        "amici_peer",
        "bench",
        "beside_ours",
        "casadi_peer",
        "diffrax_peer",
        "measuring",
        "ours",
        "problems",
        "progress",
        "ratio_page",
        "ratios",
        "roadrunner_peer",
        "scaling",
        "sunode_peer",
        "table",
    )
    yield SimpleNamespace(**{name: import_module(f"benchmarks.{name}") for name in names})
    sys.path.remove(str(repository))


@pytest.fixture(scope="module")
def boehm(modules, repository, reference_folder):
    sources = modules.problems.find_sources(repository, reference_folder, ["boehm"])
    return modules.problems.prepare("Boehm", sources["Boehm"])


@pytest.fixture(scope="module")
def solver_rows(modules, boehm):
    limits = modules.measuring.Limits(least=1, most=1, tolerances=(1e-4, 1e-6))
    return [modules.ours._solver_rows(boehm, rtol, limits)[0] for rtol in limits.tolerances]


def test_reference_gradient_is_that_of_differences(boehm):
    tight = boehm.with_settings(1e-12, 1e-14)
    names, step = boehm.problem.estimated, 1e-4

    def at(number: int, sign: int) -> float:
        point = boehm.point.copy()
        point[number] *= np.exp(sign * step)
        return tight.log_likelihood(dict(zip(names, point.tolist(), strict=True)))

    differences = np.array([(at(number, 1) - at(number, -1)) / (2 * step) for number in range(len(names))])
    assert boehm.gradient == pytest.approx(differences, abs=1e-6 * np.max(np.abs(differences)))
    assert boehm.reference_error < 1e-9


def test_states_carry_what_the_likelihood_needs_of_the_solve(boehm):
    # Standard deviations of the noise act on no state, rates on nothing else.
    noise = np.array([name.startswith("sd_") for name in boehm.problem.estimated])
    assert boehm.states_gradient[~noise] == pytest.approx(boehm.gradient[~noise], rel=1e-9)
    assert np.all(boehm.states_gradient[noise] == 0.0)
    assert np.all(boehm.gradient[noise] != 0.0)


def test_accuracy_column_is_the_error_of_the_gradient(modules, boehm, solver_rows):
    for row in solver_rows:
        # The other way: PyTensor's graph of the likelihood.
        problem = boehm.with_settings(row.rtol, row.rtol * 1e-2)
        point = dict(zip(problem.estimated, boehm.point.tolist(), strict=True))
        whole = np.array(list(problem.gradient(point, scale="log").values()))
        of_whole = np.max(np.abs(whole - boehm.gradient)) / np.max(np.abs(boehm.gradient))
        assert 1 / 30 < row.gradient_error / of_whole < 30  # cotangents differ: the same order of size
        assert 1e-9 < row.gradient_error < 1e-4
    assert solver_rows[1].gradient_error < 0.5 * solver_rows[0].gradient_error


def test_accuracy_column_sees_a_wrong_gradient(modules, boehm, monkeypatch):
    honest = modules.ours.value_and_pulled_back

    def wrong(bench, rtol, lanes):
        def call():
            value, by_parameters, by_states = honest(bench, rtol, lanes)()
            return value, by_parameters * 1.01, by_states * 1.01

        return call

    monkeypatch.setattr(modules.ours, "value_and_pulled_back", wrong)
    row, _ = modules.ours._solver_rows(boehm, 1e-8, modules.measuring.Limits(least=1, most=1))
    assert row.gradient_error == pytest.approx(0.01, rel=1e-3)
    assert row.value_error < 1e-5


def test_each_width_is_a_row_and_the_first_is_what_the_likelihood_takes(modules, boehm):
    alone, in_lanes = modules.ours._solver_rows(boehm, 1e-6, modules.measuring.Limits(least=1, most=1))
    assert [(row.solver, row.lanes) for row in (alone, in_lanes)] == [("jakstat", 1), ("jakstat, 4 at once", 4)]
    assert in_lanes.gradient_error == pytest.approx(alone.gradient_error, rel=1e-3)
    assert in_lanes.repeats == alone.repeats == 1


def test_calls_in_turns_are_timed_each(modules):
    order = []
    durations = modules.measuring.in_turns(
        [lambda: order.append("a"), lambda: order.append("b")], modules.measuring.Limits(least=2, most=2)
    )
    assert order == ["a", "b"] * 3
    assert [len(of_call) for of_call in durations] == [2, 2]


def test_trajectories_put_together_are_the_whole_solve(modules, boehm):
    value, by_parameters, by_states = modules.ours.value_and_pulled_back(boehm, 1e-8)()
    (trajectory,) = boehm.trajectories
    at_start = trajectory.cotangent_at_start @ trajectory.initial_state
    results = [(value - at_start, by_parameters[0], by_states[0] - trajectory.cotangent_at_start)]
    assembled, gradient = boehm.assemble(results)
    assert assembled == pytest.approx(value)
    assert gradient == pytest.approx(boehm.in_logarithms(by_parameters, by_states))


@pytest.mark.parametrize(
    ("module", "package", "solver"),
    [
        ("sunode_peer", "sunode", "sunode"),
        ("amici_peer", "amici", "AMICI"),
        ("diffrax_peer", "diffrax", "diffrax"),
        ("casadi_peer", "casadi", "casadi"),
        ("roadrunner_peer", "roadrunner", "libroadrunner"),
    ],
)
def test_absent_peer_is_a_row_that_says_so(modules, boehm, monkeypatch, tmp_path, module, package, solver):
    for name in [module for module in sys.modules if module.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    progress = modules.progress.Progress(tmp_path / "progress.json", {}, resume=False)
    peer = getattr(modules, module)
    monkeypatch.setattr(modules.bench, "SOLVERS", {solver: (peer.measure, "solver")})
    monkeypatch.setattr(modules.bench, "prepare", lambda name, path: boehm)
    record = modules.bench.measure_solvers({"Boehm": boehm.path}, modules.measuring.QUICK, progress)
    (row,) = record["rows"]
    assert row["note"] == f"not installed: {package}"
    assert row["milliseconds"] is None
    assert f"not installed: {package}" in modules.table.as_markdown(
        record | {"machine": modules.bench.describe_machine(modules.measuring.QUICK)}
    )


def test_only_a_peer_that_is_missing_is_called_not_installed(modules):
    note = modules.measuring.what_went_wrong
    assert note(ModuleNotFoundError("No module named 'sunode'", name="sunode")) == "not installed: sunode"
    assert note(ModuleNotFoundError("No module named 'jakstat_x'", name="jakstat_x")).startswith(
        "failed: ModuleNotFound"
    )


def test_absent_problem_is_a_row_that_says_so(modules, tmp_path):
    progress = modules.progress.Progress(tmp_path / "progress.json", {}, resume=False)
    record = modules.bench.measure_solvers({"Boehm": tmp_path / "none.yaml"}, modules.measuring.QUICK, progress)
    assert [row["note"] for row in record["rows"]] == ["the problem's files are not here"]


def test_ratio_is_against_our_fastest_row_that_is_as_accurate(modules):
    def row(solver, rtol, milliseconds, error, **others):
        return modules.measuring.Row(
            "P", solver, rtol=rtol, milliseconds=milliseconds, gradient_error=error, trajectories=1, **others
        )

    ours = [row("jakstat", 1e-4, 1.0, 1e-3), row("jakstat", 1e-6, 2.0, 1e-5), row("jakstat", 1e-8, 8.0, 1e-7)]
    peer = [row("sunode", 1e-4, 10.0, 1e-2), row("sunode", 1e-6, 20.0, 1e-4), row("sunode", 1e-8, 50.0, 1e-6)]
    too_good = row("sunode", 1e-10, 90.0, 1e-9)
    rows = [*ours, *peer, too_good]
    assert [modules.ratios.ratio_of_row(row, rows) for row in [*peer, too_good]] == [10.0, 10.0, 6.25, None]
    (headline,) = modules.ratios.headlines(rows)
    assert (headline.ratio, headline.peer_rtol) == (25.0, 1e-8)
    (headline,) = modules.ratios.headlines([*ours, *peer[:2]])
    assert headline.ratio is None
    assert headline.note.startswith("no row as accurate")


def test_run_is_taken_up_where_it_ended(modules, tmp_path):
    file, made_by = tmp_path / "progress.json", {"code": "a"}

    def failed(note):
        return note

    def no_more():
        raise AssertionError("made twice")

    first = modules.progress.Progress(file, made_by, resume=False)
    first.part("one", lambda: 1, failed)
    with pytest.raises(KeyboardInterrupt):
        first.part("two", lambda: (_ for _ in ()).throw(KeyboardInterrupt), failed)
    second = modules.progress.Progress(file, made_by, resume=True)
    assert second.part("one", no_more, failed) == 1
    with pytest.raises(KeyboardInterrupt):
        second.part("two", lambda: (_ for _ in ()).throw(KeyboardInterrupt), failed)
    third = modules.progress.Progress(file, made_by, resume=True)
    assert third.part("two", no_more, failed) == "failed: it ended the process"
    assert third.part("three", lambda: 1 / 0, failed).startswith("failed: ZeroDivisionError")
    other = modules.progress.Progress(file, {"code": "b"}, resume=True)
    assert other.part("one", lambda: 2, failed) == 2


def test_agreement_is_shown_of_mixed_chains_alone(modules):
    numbers = dict.fromkeys(
        ("effective_draws_per_second", "least_effective_draws", "sampling_seconds", "compile_seconds"), 1.0
    ) | {"gradients": 1, "divergences": 0}
    ours = numbers | {"problem": "P", "solver": "jakstat", "largest_r_hat": 1.01}
    theirs = ours | {"solver": "sunode", "largest_difference_sd": 0.1, "largest_z": 2.0}
    assert modules.table._run_cells(theirs, [ours, theirs])[-2:] == [0.1, 2.0]
    apart = ours | {"largest_r_hat": 1.9}
    assert modules.table._run_cells(theirs, [apart, theirs])[-2:] == [None, None]


def test_generated_chain_has_three_nonzeros_a_row_and_keeps_its_total(modules):
    pathway = modules.scaling.chain_pathway(8)
    assert modules.scaling.nonzeros(pathway.states, pathway.rates) == 3 * 8 - 2
    assert sum(pathway.rates).expand() == 0


def test_a_peer_measured_in_turns_is_compared_with_ours_of_the_same_turns(modules):
    def row(solver, rtol, milliseconds, **others):
        return modules.measuring.Row("P", solver, rtol=rtol, milliseconds=milliseconds, trajectories=1, **others)

    loaded = row("jakstat beside casadi", 1e-6, 4.0, gradient_error=1e-5)
    rows = [
        row("jakstat", 1e-6, 2.0, gradient_error=1e-5),
        loaded,
        row("casadi", 1e-6, 40.0, gradient_error=1e-4),
        row("casadi", 1e-8, 100.0, gradient_error=1e-6),
        row("diffrax", 1e-8, 100.0, gradient_error=1e-6),
    ]
    ratios = {line.peer: line.ratio for line in modules.ratios.headlines(rows)}
    assert ratios == {"casadi": 25.0, "diffrax": 50.0}
    header, (line,) = modules.ratio_page.ratio_table(modules.ratios.headlines(rows))
    assert dict(zip(header, line, strict=True))["casadi"] == "25"


def test_a_peer_without_gradients_is_judged_by_its_value(modules):
    def row(solver, rtol, milliseconds, error):
        forward = modules.measuring.FORWARD_ONLY
        return modules.measuring.Row("P", solver, forward, rtol, milliseconds, value_error=error, trajectories=1)

    rows = [
        row("jakstat beside libroadrunner", 1e-6, 0.5, 1e-5),
        row("libroadrunner", 1e-6, 1.0, 1e-4),
        row("libroadrunner", 1e-8, 3.0, 1e-6),
    ]
    (headline,) = modules.ratios.headlines(rows)
    assert (headline.ratio, headline.peer_rtol) == (6.0, 1e-8)


def test_calls_in_turns_are_made_in_rounds_until_each_has_enough(modules):
    made = []
    limits = modules.measuring.Limits(least=2, most=3, seconds=1e9)
    measured = modules.beside_ours.medians_in_turns([lambda: made.append("a"), lambda: made.append("b")], limits)
    assert made == ["a", "b"] * 4
    assert [repeats for _, repeats in measured] == [3, 3]


def test_our_rows_beside_a_peer_are_those_of_the_benchmark(modules, boehm):
    """Gradient and forward solve; a peer that fails leaves a note and its other rows."""

    def make(rtol):
        if rtol < 1e-5:
            raise RuntimeError("too tight")
        return modules.beside_ours.our_gradient(boehm, rtol)

    limits = modules.measuring.Limits(least=1, most=1, tolerances=(1e-4, 1e-6))
    ours, theirs, failed = modules.beside_ours.rows_in_turns(boehm, "casadi", make, limits)
    assert (ours.solver, ours.rtol) == ("jakstat beside casadi", 1e-6)
    (of_benchmark, *_) = modules.ours._solver_rows(boehm, 1e-6, limits)
    assert ours.gradient_error == pytest.approx(of_benchmark.gradient_error)
    assert (theirs.solver, theirs.rtol, failed.note) == ("casadi", 1e-4, "failed: RuntimeError: too tight")
    forward = modules.beside_ours.our_forward_solve(boehm, 1e-8)
    value, gradient = forward.assemble(forward.call())
    assert gradient is None
    assert value == pytest.approx(boehm.states_value, abs=1e-6)  # of terms that cancel


def test_formulas_are_written_as_antimony_reads_them(modules):
    x, k = sp.symbols("x k")
    printer = modules.roadrunner_peer._Antimony()
    assert printer.doprint(k * x**2 + sp.log(x)) == "k*(x)^(2) + ln(x)"
    assert printer.doprint(1 / x) == "(x)^(-1)"
