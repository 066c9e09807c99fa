from .convergence_advice import check_text as check_text, found_text as found_text, value_text as value_text
from .convergence_tables import (
    check_table as check_table,
    mode_blocks as mode_blocks,
    verdict as verdict,
    worst_parameters as worst_parameters,
    worst_table as worst_table,
)
from .markdown import markdown_table as markdown_table
from .measure_rows import measure_table as measure_table
from .number_format import (
    MISSING as MISSING,
    decimal_text as decimal_text,
    interval_text as interval_text,
    number_text as number_text,
    share_text as share_text,
)
from .number_status import WHAT_A_STATUS_SAYS as WHAT_A_STATUS_SAYS, status_cell as status_cell
