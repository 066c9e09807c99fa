from .cell_lines import cell_line_sections as cell_line_sections, inhibitor_sections as inhibitor_sections
from .convergence import convergence_section as convergence_section
from .criticism import loo_section as loo_section
from .fitted_parameters import parameter_section as parameter_section
from .intervention_answers import (
    intervention_section as intervention_section,
    intervention_sentences as intervention_sentences,
)
from .measured_data import (
    coverage_section as coverage_section,
    fit_section as fit_section,
    overall_coverage as overall_coverage,
    prior_section as prior_section,
    question_section as question_section,
    size_sentence as size_sentence,
)
from .provenance import provenance_section as provenance_section
from .scenario_answers import scenario_sections as scenario_sections, scenario_sentences as scenario_sentences
from .tolerance import tolerance_section as tolerance_section
