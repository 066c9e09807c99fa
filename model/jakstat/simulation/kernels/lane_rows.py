"""Kernels between states in lanes, where a state's numbers stand beside each other, and rows of each lane."""

from collections.abc import Iterable

from jakstat.simulation.solver import LANES

_LANE = f"<{LANES} x double>"
_BLOCK = f"<{LANES * LANES} x double>"


def write_lane_rows(rows: int, states: int) -> list[str]:
    """Return the kernels ``split_<rows>_in_lanes`` and ``join_<rows>_in_lanes`` for rows of states.

    As many numbers as lanes are moved at once: LLVM has good code for a square.
    """
    size = rows * states
    blocks = range(0, size - size % LANES, LANES)
    rest = [(state, lane) for state in range(len(blocks) * LANES, size) for lane in range(LANES)]
    split = [line for first in blocks for line in _split_block(first)]
    join = [line for first in blocks for line in _join_block(first)]
    for lines, is_split in ((split, True), (join, False)):
        lines += [line for state, lane in rest for line in _copy_of_rest(state, lane, is_split)]
    return [
        _function(f"split_{rows}_in_lanes", "ptr %states, ptr %rows", split),
        _function(f"join_{rows}_in_lanes", "ptr %rows, ptr %states", join),
    ]


def _split_block(first: int) -> list[str]:
    """Write ``LANES`` states in lanes to the rows, from state ``first`` on."""
    lines = [*_at(f"%block{first}", "%states", first * LANES), f"%v{first} = load {_BLOCK}, ptr %block{first}, align 8"]
    for lane in range(LANES):
        name, picked = f"{first}_{lane}", range(lane, LANES * LANES, LANES)
        lines += [f"%v{name} = shufflevector {_BLOCK} %v{first}, {_BLOCK} poison, {_mask(picked)}"]
        lines += [*_at(f"%to{name}", f"%row{lane}", first), f"store {_LANE} %v{name}, ptr %to{name}, align 8"]
    return lines


def _join_block(first: int) -> list[str]:
    """Read ``LANES`` states from the rows, from state ``first`` on, and write them in lanes."""
    lines, parts = [], [f"%v{first}_{lane}" for lane in range(LANES)]
    for lane, part in enumerate(parts):
        lines += [*_at(f"%of{first}_{lane}", f"%row{lane}", first)]
        lines += [f"{part} = load {_LANE}, ptr %of{first}_{lane}, align 8"]
    size = LANES
    while len(parts) > 1:  # doubles the length: both operands of a shuffle are of one type
        whole, kind = range(2 * size), f"<{size} x double>"
        pairs = list(zip(parts[::2], parts[1::2], strict=True))
        parts = [f"{left}_{2 * size}" for left, _ in pairs]
        for (left, right), part in zip(pairs, parts, strict=True):
            lines += [f"{part} = shufflevector {kind} {left}, {kind} {right}, {_mask(whole)}"]
        size *= 2
    beside = [lane * LANES + state for state in range(LANES) for lane in range(LANES)]
    lines += [f"%w{first} = shufflevector {_BLOCK} {parts[0]}, {_BLOCK} poison, {_mask(beside)}"]
    return [
        *lines,
        *_at(f"%block{first}", "%states", first * LANES),
        f"store {_BLOCK} %w{first}, ptr %block{first}, align 8",
    ]


def _copy_of_rest(state: int, lane: int, is_split: bool) -> list[str]:
    """Copy one number between the states in lanes and its row."""
    name = f"{state}_{lane}"
    source, target = (f"%in{name}", f"%out{name}") if is_split else (f"%out{name}", f"%in{name}")
    return [
        *_at(f"%in{name}", "%states", state * LANES + lane),
        *_at(f"%out{name}", f"%row{lane}", state),
        f"%n{name} = load double, ptr {source}",
        f"store double %n{name}, ptr {target}",
    ]


def _at(name: str, array: str, index: int) -> list[str]:
    return [f"{name} = getelementptr double, ptr {array}, i64 {index}"]


def _mask(numbers: Iterable[int]) -> str:
    listed = [f"i32 {number}" for number in numbers]
    return f"<{len(listed)} x i32> <{', '.join(listed)}>"


def _function(name: str, arguments: str, lines: Iterable[str]) -> str:
    rows = []
    for lane in range(LANES):
        rows += [f"%at{lane} = getelementptr ptr, ptr %rows, i64 {lane}", f"%row{lane} = load ptr, ptr %at{lane}"]
    body = "\n".join(f"  {line}" for line in [*rows, *lines, "ret double 0.0"])
    return f"define double @{name}({arguments}) {{\n{body}\n}}\n"
