"""What the commands say of a study agrees with what the workflow does with the same settings."""

import pytest
import yaml

from jakstat.command_line import study_status
from jakstat.command_line.study_check import _checked
from jakstat.files import without_nulls


def test_nulls_are_taken_away_at_all_levels():
    content = {"one": None, "two": {"three": None, "four": 4}, "five": [None]}
    assert without_nulls(content) == {"two": {"four": 4}, "five": [None]}


def test_scenarios_with_a_nested_null_have_no_fault():
    """The workflow takes such a null away, so that the check must not call it one."""
    asked = {"draws": 10, "readouts": {"viability": {"observable": "viability", "time_h": 72, "label": None}}}
    without = {"draws": 10, "readouts": {"viability": {"observable": "viability", "time_h": 72}}}
    assert _checked(asked, "scenarios.schema.yaml", "here") == without


@pytest.mark.parametrize(
    ("pathvars", "results", "logs"),
    [
        ({"results": "out", "logs": "said"}, "out", "said"),
        ({"results": "out", "logs": None}, "out", "logs"),
        (None, "results", "logs"),
    ],
)
def test_the_status_is_of_the_folders_of_the_settings(tmp_path, pathvars, results, logs):
    settings = tmp_path / "mine.yaml"
    settings.write_text(yaml.safe_dump({"study": "data/lab", "pathvars": pathvars}))
    made = tmp_path / results / "lab"
    made.mkdir(parents=True)
    (made / "report.html").write_text("report")
    (tmp_path / logs / "lab").mkdir(parents=True)
    (tmp_path / logs / "lab" / "sample.log").write_text("draw 7\n")
    status = study_status(settings, tmp_path)
    assert status.report == made / "report.html"
    assert dict(status.products)["report"]
    assert status.said == (("sample", "draw 7"),)
