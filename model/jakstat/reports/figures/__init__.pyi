from .cell_line_figures import (
    cell_line_figure as cell_line_figure,
    entity_order as entity_order,
    inhibitor_figure as inhibitor_figure,
    line_order as line_order,
    plain_name as plain_name,
)
from .diagnostic_figures import (
    energy_figure as energy_figure,
    loo_pit_figure as loo_pit_figure,
    pareto_k_figure as pareto_k_figure,
    rank_figure as rank_figure,
)
from .drawing import (
    COLOURS as COLOURS,
    experiment_name as experiment_name,
    figure_svg as figure_svg,
    observable_name as observable_name,
    with_unit as with_unit,
)
from .exposure_figures import exposure_figure as exposure_figure
from .fit_figures import (
    drawn_fit as drawn_fit,
    draws_apart as draws_apart,
    fit_figure as fit_figure,
    prior_predictive_figure as prior_predictive_figure,
)
from .parameter_figures import parameter_figure as parameter_figure
from .resistance_figures import (
    effective_figure as effective_figure,
    emax_figure as emax_figure,
    resistance_figure as resistance_figure,
)
from .scenario_figures import (
    combination_figure as combination_figure,
    response_figure as response_figure,
    score_figure as score_figure,
)
from .warning_stamp import stamp_warning as stamp_warning
