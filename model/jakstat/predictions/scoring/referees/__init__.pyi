from .blinded_rows import (
    SplitRows as SplitRows,
    conditions_of as conditions_of,
    require_blind as require_blind,
    split_rows as split_rows,
    with_screen_offsets as with_screen_offsets,
)
from .comparison import compare_referees as compare_referees
from .panel_referees import REFEREES as REFEREES, predict_by_referees as predict_by_referees
from .scores_by_fold import score_referees_by_fold as score_referees_by_fold
