"""The tape: a record of a solve's steps, from which the adjoint goes back.

A float64 array (line, 7 + stage values): segment, time, step size, output row reached (or -1), switches in force (as
bits), kind of line, number of what happened. Of a step follow the stage values Y_2, Y_3, ...; Y_1 is the state at the
end of the segment's line before. Of any other line follow the state before and the state after it. Lines of one segment
stand in their order; those of others may stand between them.
"""

SEGMENT_COLUMN, KIND_COLUMN, FIRST_STAGE_COLUMN = 0, 5, 7
#: Kinds of lines.
STEP, START, THRESHOLD, ROOT, JUMP, STEADY = 0, 1, 2, 3, 4, 5
#: Segment of a line that tells nothing.
VOID = -1.0
