"""Which segments may enter a lane: those that wait for no other, in the order in which they became so.

The longest of those that need nothing come first, so that few lanes wait at the end. What is computed does not depend
on the order.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from jakstat.simulation.solver.integrator import OPTIONS


class Queue(NamedTuple):
    """Segments in a row, and what waits for them.

    Parameters
    ----------
    segments : (segment,), int64
        Those at places ``borders[0]`` ... ``borders[1]`` - 1 may enter a lane.
    borders : (2,), int64
    first_follower, next_follower : (segment,), int64
        The last of the segments that begin where one ends, and of each the one before it; -1 for none.
    """

    segments: np.ndarray
    borders: np.ndarray
    first_follower: np.ndarray
    next_follower: np.ndarray


@njit(**OPTIONS)
def queue_of(layout, lengths, begins):
    """Return the queue of all segments of a layout.

    Parameters
    ----------
    layout : as ``solve_segments`` takes it
    lengths : (segment,)
        How long a segment is in a lane, in any unit.
    begins : (segment,), bool
        Which segments need nothing.
    """
    n_segments = layout.shape[0]
    queue = Queue(
        np.empty(n_segments, dtype=np.int64),
        np.zeros(2, dtype=np.int64),
        np.full(n_segments, -1, dtype=np.int64),
        np.full(n_segments, -1, dtype=np.int64),
    )
    for segment in range(n_segments):
        origin = layout[segment, 0]
        if origin >= 0:
            queue.next_follower[segment] = queue.first_follower[origin]
            queue.first_follower[origin] = segment
    for segment in np.argsort(-lengths, kind="mergesort"):
        if begins[segment]:
            enqueue(queue, segment)
    return queue


@njit(**OPTIONS)
def enqueue(queue, segment):
    """Let a segment enter."""
    queue.segments[queue.borders[1]] = segment
    queue.borders[1] += 1


@njit(**OPTIONS)
def dequeue(queue):
    """Return the next segment that may enter a lane, or -1."""
    if queue.borders[0] == queue.borders[1]:
        return -1
    queue.borders[0] += 1
    return queue.segments[queue.borders[0] - 1]


@njit(**OPTIONS)
def count_followers(layout):
    """Return how many segments begin where each one ends, (segment,)."""
    followers = np.zeros(layout.shape[0], dtype=np.int64)
    for segment in range(layout.shape[0]):
        if layout[segment, 0] >= 0:
            followers[layout[segment, 0]] += 1
    return followers
