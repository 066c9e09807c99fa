"""Lines of progress: one a minute, with draws, divergences, gradients a second and the time left of each chain."""

from dataclasses import dataclass

from jakstat.inference.sampling_progress import progress_lines


@dataclass(frozen=True)
class Chain:
    finished_draws: int
    total_draws: int = 1000
    divergences: int = 0
    total_num_steps: int = 0
    tuning: bool = False


def told(moments):
    """Return the lines of a fit of which ``moments`` gives the chains at each time (s)."""
    lines: list[str] = []
    now = [0.0]
    report = progress_lines(lines.append, lambda: now[0])
    for time, chains in moments:
        now[0] = time
        report(chains)
    return lines


def test_a_line_comes_after_some_seconds_and_then_a_minute():
    moments = [(time, [Chain(time, total_num_steps=time)]) for time in range(0, 200, 5)]
    assert [line.split(":")[0] for line in told(moments)] == ["15 s", "75 s", "2 min", "3 min"]


def test_a_line_says_the_pace_of_the_last_minute_and_what_each_chain_has_left():
    first = [Chain(10, total_num_steps=100, tuning=True), Chain(40, total_num_steps=100)]
    later = [Chain(70, total_num_steps=400, divergences=2), Chain(100, total_num_steps=500, divergences=1)]
    lines = told([(20.0, first), (80.0, later)])
    assert "warm-up" in lines[0]
    assert "170/2000 draws (70 100), 3 divergences, 900 gradients (11.7/s)" in lines[1]
    # 60 draws in 60 s: 930 and 900 draws are left.
    assert lines[1].endswith("left of each chain: 16 min, 15 min")


def test_the_last_line_is_told_once_and_says_no_time_left():
    done = [Chain(1000, total_num_steps=9000)]
    lines = told([(5.0, done), (90.0, done)])
    assert len(lines) == 1
    assert "left" not in lines[0]


def test_a_chain_that_waits_for_its_turn_has_no_known_end():
    lines = told([(30.0, [Chain(100, total_num_steps=10), Chain(0)])])
    assert lines[0].endswith("left of each chain: 4 min, not known yet")
