"""Let the fit pass, or stop the run and say which checks failed and where to read more."""

from script_log import log_to

from jakstat.inference import ConvergenceError, require_convergence

advice = f"What each check means and what to try: {snakemake.input.page}"
with log_to(snakemake.log[0], faults=(ConvergenceError,), advice=advice):
    from jakstat.files import read_json, write_json

    gate = require_convergence(read_json(snakemake.input.convergence), snakemake.params.override)
    print(gate["warning"] or "All checks passed.")
    write_json(gate, snakemake.output[0])
