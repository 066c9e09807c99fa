from .intervention_settings import (
    InterventionSettings as InterventionSettings,
    read_asked_interventions as read_asked_interventions,
)
from .left_out_groups import dose_responses_by as dose_responses_by, tables_without as tables_without
from .petab_scenarios import PetabScenarios as PetabScenarios, read_petab_scenarios as read_petab_scenarios
from .questions import (
    HOUR_IN as HOUR_IN,
    AlteredCells as AlteredCells,
    LigandDose as LigandDose,
    Protocol as Protocol,
    Readout as Readout,
    Scenarios as Scenarios,
    check_treatments as check_treatments,
    dose_faults as dose_faults,
    treatment_of as treatment_of,
)
from .scenario_records import (
    PairSettings as PairSettings,
    ResponseSettings as ResponseSettings,
    ScenarioSettings as ScenarioSettings,
    ScoreSettings as ScoreSettings,
    Target as Target,
)
from .scenario_settings import (
    check_scenarios as check_scenarios,
    read_scenarios as read_scenarios,
    scenario_table as scenario_table,
)
from .study_scenarios import StudyScenarios as StudyScenarios
