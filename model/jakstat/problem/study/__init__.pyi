from .cells_section import Pooled as Pooled
from .study_experiments import (
    experiment_parameters as experiment_parameters,
    experiments_of as experiments_of,
    proliferation_id as proliferation_id,
)
from .study_measurements import StudyMeasurement as StudyMeasurement, read_measurements as read_measurements
from .study_reader import read_checked_study as read_checked_study, read_study as read_study
from .study_tables import CheckedStudy as CheckedStudy
from .study_treatments import Treatment as Treatment, unbound_ligand as unbound_ligand
