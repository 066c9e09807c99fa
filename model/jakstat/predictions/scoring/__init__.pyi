from .folds import fold_of_line as fold_of_line
from .left_out_scores import score_left_out as score_left_out
from .panel_scores import (
    PublicTable as PublicTable,
    score_held_out as score_held_out,
    score_predictions as score_predictions,
)
from .refits import (
    Refit as Refit,
    refit_of as refit_of,
    refit_without_group as refit_without_group,
    require_refit as require_refit,
)
from .scores import FEWEST_GROUPS as FEWEST_GROUPS, TOO_FEW_GROUPS as TOO_FEW_GROUPS
