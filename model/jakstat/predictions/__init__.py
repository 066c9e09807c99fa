"""Predictions from posterior draws: dose responses, IC50s, time courses, combinations, exposure, scores."""

from typing import TYPE_CHECKING

from jakstat.lazy_names import names_on_demand

if TYPE_CHECKING:
    from jakstat.predictions.combinations import (
        find_isobole,
        find_least_doses,
        measure_combination,
        summarise_combination,
    )
    from jakstat.predictions.dose_response import (
        DoseResponse,
        Stimulus,
        check_dose_response,
        predict_dose_response,
        read_dose_response,
        summarise_ic50,
    )
    from jakstat.predictions.exposure import (
        Exposure,
        check_exposures,
        predict_effect_at_exposure,
        rank_drugs,
        summarise_effects,
    )
    from jakstat.predictions.interventions import (
        InterventionAnswers,
        check_interventions,
        predict_interventions,
    )
    from jakstat.predictions.left_out_groups import Refit
    from jakstat.predictions.left_out_scores import score_left_out
    from jakstat.predictions.naive_predictors import (
        predict_additive,
        predict_drug_mean,
        predict_hill_fits,
        predict_line_mean,
        predict_no_effect,
        predict_pair,
    )
    from jakstat.predictions.next_experiment import (
        expect_reductions,
        rank_candidates,
    )
    from jakstat.predictions.panel_answers import (
        least_doses,
        predict_combinations,
        predict_exposure,
        predict_growth_response,
        predict_jak_dependency,
        predict_resistance,
        predict_responses,
        summarise_combinations,
        summarise_resistance,
    )
    from jakstat.predictions.panel_experiments import suggest_experiments
    from jakstat.predictions.panel_scores import PublicTable, score_held_out, score_predictions
    from jakstat.predictions.refits import refit_of, refit_without_group, require_refit
    from jakstat.predictions.response_metrics import (
        growth_rate_inhibition,
        growth_rate_inhibition_from_rates,
        half_effect_dose,
        measure_dose_response,
        measure_growth_response,
        summarise_metrics,
    )
    from jakstat.predictions.response_shifts import (
        compare_dose_responses,
        summarise_shifts,
    )
    from jakstat.predictions.scenario_settings import (
        ScenarioSettings,
        ask_of_fit,
        check_scenarios,
        read_scenarios,
        scenario_table,
    )
    from jakstat.predictions.scenarios import (
        AlteredCells,
        LigandDose,
        Protocol,
        Readout,
        predict_curves,
        predict_surface,
        thin_posterior,
    )
    from jakstat.predictions.scores import (
        Prediction,
        compare_predictors,
        score_measurements,
        summarise_scores,
    )
    from jakstat.predictions.time_courses import (
        predict_time_courses,
    )

# Not when asked for: the function has its module's name, which would stand in its place.
from jakstat.predictions.fitted_study import FittedStudy, fitted_study, growth_rates

__all__ = [
    "AlteredCells",
    "FittedStudy",
    "LigandDose",
    "Readout",
    "ScenarioSettings",
    "fitted_study",
    "predict_combinations",
    "predict_exposure",
    "predict_jak_dependency",
    "predict_resistance",
    "predict_responses",
    "read_scenarios",
    "scenario_table",
    "ask_of_fit",
    "check_scenarios",
    "growth_rates",
    "least_doses",
    "predict_growth_response",
    "score_held_out",
    "score_left_out",
    "score_predictions",
    "suggest_experiments",
    "summarise_combinations",
    "summarise_resistance",
    "thin_posterior",
    "DoseResponse",
    "Exposure",
    "InterventionAnswers",
    "Prediction",
    "Refit",
    "Protocol",
    "PublicTable",
    "Stimulus",
    "check_dose_response",
    "check_exposures",
    "check_interventions",
    "compare_dose_responses",
    "compare_predictors",
    "expect_reductions",
    "find_isobole",
    "find_least_doses",
    "growth_rate_inhibition",
    "growth_rate_inhibition_from_rates",
    "half_effect_dose",
    "measure_combination",
    "measure_dose_response",
    "measure_growth_response",
    "predict_additive",
    "predict_curves",
    "predict_dose_response",
    "predict_drug_mean",
    "predict_effect_at_exposure",
    "predict_hill_fits",
    "predict_interventions",
    "predict_line_mean",
    "predict_no_effect",
    "predict_pair",
    "predict_surface",
    "predict_time_courses",
    "rank_candidates",
    "rank_drugs",
    "read_dose_response",
    "refit_of",
    "refit_without_group",
    "require_refit",
    "score_measurements",
    "summarise_combination",
    "summarise_effects",
    "summarise_ic50",
    "summarise_metrics",
    "summarise_scores",
    "summarise_shifts",
]

_NAMES = {
    "combinations": ("find_isobole", "find_least_doses", "measure_combination", "summarise_combination"),
    "dose_response": (
        "DoseResponse",
        "Stimulus",
        "check_dose_response",
        "predict_dose_response",
        "read_dose_response",
        "summarise_ic50",
    ),
    "exposure": ("Exposure", "check_exposures", "predict_effect_at_exposure", "rank_drugs", "summarise_effects"),
    "naive_predictors": (
        "predict_additive",
        "predict_drug_mean",
        "predict_hill_fits",
        "predict_line_mean",
        "predict_no_effect",
        "predict_pair",
    ),
    "next_experiment": ("expect_reductions", "rank_candidates"),
    "interventions": ("InterventionAnswers", "check_interventions", "predict_interventions"),
    "left_out_groups": ("Refit",),
    "left_out_scores": ("score_left_out",),
    "refits": ("refit_of", "refit_without_group", "require_refit"),
    "response_metrics": (
        "growth_rate_inhibition",
        "growth_rate_inhibition_from_rates",
        "half_effect_dose",
        "measure_dose_response",
        "measure_growth_response",
        "summarise_metrics",
    ),
    "response_shifts": ("compare_dose_responses", "summarise_shifts"),
    "scores": ("Prediction", "compare_predictors", "score_measurements", "summarise_scores"),
    "time_courses": ("predict_time_courses",),
    "panel_answers": (
        "least_doses",
        "predict_combinations",
        "predict_exposure",
        "predict_growth_response",
        "predict_jak_dependency",
        "predict_resistance",
        "predict_responses",
        "summarise_combinations",
        "summarise_resistance",
    ),
    "panel_experiments": ("suggest_experiments",),
    "panel_scores": ("PublicTable", "score_held_out", "score_predictions"),
    "scenario_settings": ("ScenarioSettings", "ask_of_fit", "check_scenarios", "read_scenarios", "scenario_table"),
    "scenarios": (
        "AlteredCells",
        "LigandDose",
        "Protocol",
        "Readout",
        "predict_curves",
        "predict_surface",
        "thin_posterior",
    ),
}
# On demand: what works on arrays needs none of what simulation loads.
__getattr__ = names_on_demand(__name__, _NAMES)
