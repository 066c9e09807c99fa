"""What is known of each measured cell line: the values of the entities that are pooled over lines."""

from collections import Counter

import pandas as pd
import xarray as xr

from jakstat.predictions.summaries.derived_quantities import summarise_formulas
from jakstat.problem import ProblemTables, require_same_problem
from jakstat.scenarios import StudyScenarios


def summarise_cell_lines(scenarios: StudyScenarios, tables: ProblemTables, tree: xr.DataTree) -> pd.DataFrame:
    """Put prior and posterior of every pooled entity in every measured cell line side by side.

    Values are those of untreated cells, a formula over the mean of all lines, their spread, the line's deviation and
    its alterations. Where something was measured in a line, or is set to a number for it, the interval is that number.

    Parameters
    ----------
    scenarios : StudyScenarios
        The study, which knows its cell lines.
    tables : ProblemTables
        The same study: priors and measurements.
    tree : DataTree
        As ``sample_posterior`` returns it.

    Returns
    -------
    DataFrame
        A row per cell line and entity: cell_line, cancer, driver, measurements (how many of the line), entity, unit,
        scale (log or logit: how it is pooled), lower_90, lower_50, median, upper_50, upper_90, prior_lower_90,
        prior_median, prior_upper_90 (unit of the entity), estimated, contraction (1).

    Raises
    ------
    ValueError
        The posterior lacks a parameter of a cell line; it is named.
    UnusableFileError
        The draws belong to another problem.
    """
    require_same_problem(tree, tables)
    lines = {experiment.id: experiment.cell_line for experiment in tables.experiments}
    counts = Counter(lines[measurement.experiment_id] for measurement in tables.measurements)
    rows, formulas = [], []
    for name in scenarios.measured_lines:
        line, values = scenarios.reference.cell_lines[name], scenarios.line_values(name)
        for pooled in scenarios.pooled:
            if pooled.is_of_line:
                rows.append(
                    {
                        "cell_line": name,
                        "cancer": line.cancer,
                        "driver": line.driver,
                        "measurements": counts[name],
                        "entity": pooled.entity,
                        "unit": scenarios.unit_of(pooled),
                        "scale": pooled.scale,
                    }
                )
                formulas.append(values[pooled.entity])
    labels = pd.DataFrame(rows, columns=["cell_line", "cancer", "driver", "measurements", "entity", "unit", "scale"])
    return pd.concat([labels, summarise_formulas(formulas, list(labels["scale"]), tables, tree)], axis=1)
