"""Lines of progress: none for what is quick, counts for what takes long."""

from jakstat.simulation import progress


def test_what_is_quick_says_nothing(capsys):
    assert list(progress.counted(range(1000), "rates")) == list(range(1000))
    assert capsys.readouterr().err == ""


def test_what_takes_long_says_how_many_are_done(capsys, monkeypatch):
    now = iter(range(0, 1000, 2))  # s: two go by each time the clock is looked at
    monkeypatch.setattr(progress.time, "monotonic", lambda: float(next(now)))
    assert list(progress.counted("abcdefghij", "derivatives of rates")) == list("abcdefghij")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "jakstat: derivatives of rates: 1 of 10"
    assert lines[-1] == "jakstat: derivatives of rates: all 10"
    assert 2 < len(lines) < 10
