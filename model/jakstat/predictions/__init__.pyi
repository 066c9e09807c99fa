from .cells_of_fit import growth_rates as growth_rates
from .combinations import measure_combination as measure_combination, summarise_combination as summarise_combination
from .exposure import (
    Exposure as Exposure,
    predict_effect_at_exposure as predict_effect_at_exposure,
    rank_drugs as rank_drugs,
    summarise_effects as summarise_effects,
)
from .fit import Fit as Fit, ask_of_fit as ask_of_fit, fit_of as fit_of, fit_of_study as fit_of_study
from .interventions import check_interventions as check_interventions, predict_interventions as predict_interventions
from .panel_answers import (
    least_doses as least_doses,
    predict_combinations as predict_combinations,
    predict_exposure as predict_exposure,
    predict_growth_response as predict_growth_response,
    predict_jak_dependency as predict_jak_dependency,
    predict_resistance as predict_resistance,
    predict_responses as predict_responses,
    summarise_combinations as summarise_combinations,
    summarise_resistance as summarise_resistance,
)
from .panel_experiments import suggest_experiments as suggest_experiments
from .response_metrics import (
    measure_dose_response as measure_dose_response,
    measure_growth_response as measure_growth_response,
    summarise_metrics as summarise_metrics,
)
from .response_shifts import compare_dose_responses as compare_dose_responses, summarise_shifts as summarise_shifts
from .scoring import (
    FEWEST_GROUPS as FEWEST_GROUPS,
    TOO_FEW_GROUPS as TOO_FEW_GROUPS,
    PublicTable as PublicTable,
    Refit as Refit,
    refit_of as refit_of,
    refit_without_group as refit_without_group,
    require_refit as require_refit,
    score_held_out as score_held_out,
    score_left_out as score_left_out,
    score_predictions as score_predictions,
)
from .states import simulate_states as simulate_states
from .summaries import (
    summarise_cell_lines as summarise_cell_lines,
    summarise_inhibitors as summarise_inhibitors,
    summarise_parameters as summarise_parameters,
)
from .time_courses import predict_time_courses as predict_time_courses
