from .folds import fold_of_line as fold_of_line
from .left_out_scores import score_left_out as score_left_out
from .panel_scores import (
    PublicTable as PublicTable,
    score_held_out as score_held_out,
    score_predictions as score_predictions,
)
from .referees import (
    REFEREES as REFEREES,
    compare_referees as compare_referees,
    predict_by_referees as predict_by_referees,
    score_referees_by_fold as score_referees_by_fold,
    split_rows as split_rows,
    with_screen_offsets as with_screen_offsets,
)
from .refits import (
    Refit as Refit,
    refit_of as refit_of,
    refit_without_group as refit_without_group,
    require_refit as require_refit,
)
from .scores import FEWEST_GROUPS as FEWEST_GROUPS, TOO_FEW_GROUPS as TOO_FEW_GROUPS
