from .cells_section import Pooled as Pooled
from .study_experiments import (
    StudyExperiment as StudyExperiment,
    experiment_parameters as experiment_parameters,
    experiments_of as experiments_of,
    proliferation_id as proliferation_id,
)
from .study_measurements import StudyMeasurement as StudyMeasurement, read_measurements as read_measurements
from .study_petab import CheckedStudy as CheckedStudy
from .study_reader import check_study as check_study, read_study as read_study, study_to_petab as study_to_petab
from .study_treatments import Treatment as Treatment, unbound_ligand as unbound_ligand
