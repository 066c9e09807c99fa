from .constants import log_normal as log_normal
from .effects import altered as altered, changed as changed, constants_in as constants_in, inhibited as inhibited
from .entries import (
    DOSE as DOSE,
    Action as Action,
    CellLine as CellLine,
    Constant as Constant,
    Inhibitor as Inhibitor,
    Reference as Reference,
)
from .line_covariates import LineCovariates as LineCovariates, read_line_covariates as read_line_covariates
from .measured_resistance import MeasuredResistance as MeasuredResistance, measured_text as measured_text
from .reference_tables import read_interventions as read_interventions, read_reference as read_reference
from .sourced_numbers import SourcedNumber as SourcedNumber, read_sourced_numbers as read_sourced_numbers
from .suitability import check_against_model as check_against_model, only_what_suits as only_what_suits
