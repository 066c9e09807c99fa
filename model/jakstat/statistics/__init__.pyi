from .evaluation import evaluation_faults as evaluation_faults, require_evaluable as require_evaluable
from .likelihood import log_likelihood_graph as log_likelihood_graph
from .model import build_model as build_model
from .noise import (
    Noise as Noise,
    draw_measurements as draw_measurements,
    log_density_values as log_density_values,
    noise_of as noise_of,
    standardised_residuals as standardised_residuals,
)
from .packed_data import PackedData as PackedData
from .sampled_scale import on_sampled_scale as on_sampled_scale
from .signal import SolverSettings as SolverSettings, measurement_graph as measurement_graph
from .summaries import (
    QUANTILES as QUANTILES,
    bands_by as bands_by,
    contraction as contraction,
    is_positive as is_positive,
    summarise_draws as summarise_draws,
    summary_rows as summary_rows,
)
