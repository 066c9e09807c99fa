from .petab_scenarios import PetabScenarios as PetabScenarios
from .study_scenarios import StudyScenarios as StudyScenarios
