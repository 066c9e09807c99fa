from .drawn_parameters import parameter_dataset as parameter_dataset, parameter_draws as parameter_draws
from .evidence import (
    STATUSES as STATUSES,
    count_statuses as count_statuses,
    status_text as status_text,
    weakest_status as weakest_status,
)
from .formulas import (
    entity as entity,
    names_of as names_of,
    parse_formula as parse_formula,
    unknown_name_needed as unknown_name_needed,
)
from .identifiers import number_text as number_text
from .made_ids import shared_id_faults as shared_id_faults
from .measurement_kinds import (
    measured_over_doses as measured_over_doses,
    measured_over_time as measured_over_time,
    measured_responses as measured_responses,
)
from .model_text import model_entities as model_entities
from .own_scales import scales_apart as scales_apart
from .petab import read_petab as read_petab
from .prior_densities import (
    describe_prior as describe_prior,
    deviations_of_draws as deviations_of_draws,
    draws_from_deviations as draws_from_deviations,
    log_prior_density as log_prior_density,
    median_of as median_of,
    prior_interval as prior_interval,
    prior_quantiles as prior_quantiles,
)
from .problem_reader import read_tables as read_tables, study_to_petab as study_to_petab
from .problem_record import check_problem as check_problem
from .records import (
    NOISE_DISTRIBUTIONS as NOISE_DISTRIBUTIONS,
    Experiment as Experiment,
    Measurement as Measurement,
    Observable as Observable,
    Parameter as Parameter,
    Period as Period,
    Prior as Prior,
    ProblemTables as ProblemTables,
)
from .reference import (
    DOSE as DOSE,
    Action as Action,
    CellLine as CellLine,
    Constant as Constant,
    Inhibitor as Inhibitor,
    LineCovariates as LineCovariates,
    MeasuredResistance as MeasuredResistance,
    Reference as Reference,
    SourcedNumber as SourcedNumber,
    altered as altered,
    check_against_model as check_against_model,
    constants_in as constants_in,
    inhibited as inhibited,
    measured_text as measured_text,
    read_interventions as read_interventions,
    read_line_covariates as read_line_covariates,
    read_reference as read_reference,
    read_sourced_numbers as read_sourced_numbers,
)
from .same_problem import (
    PARAMETERS as PARAMETERS,
    PROBLEM_DIGESTS as PROBLEM_DIGESTS,
    problem_digests as problem_digests,
    require_same_problem as require_same_problem,
)
from .seen_measurements import (
    SEEN as SEEN,
    measurements_seen as measurements_seen,
    require_nothing_else_seen as require_nothing_else_seen,
    require_unseen as require_unseen,
)
from .study import (
    CheckedStudy as CheckedStudy,
    Pooled as Pooled,
    StudyMeasurement as StudyMeasurement,
    Treatment as Treatment,
    experiment_parameters as experiment_parameters,
    experiments_of as experiments_of,
    proliferation_id as proliferation_id,
    read_checked_study as read_checked_study,
    read_measurements as read_measurements,
    read_study as read_study,
    unbound_ligand as unbound_ligand,
)
