"""The graph of rules in docs/rules.md is that of Snakemake: what is drawn there is made by this module."""

import re

import pytest

pytestmark = pytest.mark.slow
_LEFT_OUT = {"default", "render_report"}  # all that is made goes into the report


def drawn(rulegraph: str) -> str:
    """Return Snakemake's graph of rules as Mermaid text: without the report, and ways that a longer one holds."""
    names = dict(re.findall(r"(id\d+)\[(\w+)\]", rulegraph))
    edges = {(names[a], names[b]) for a, b in re.findall(r"(id\d+) --> (id\d+)", rulegraph)}
    after: dict[str, set[str]] = {name: {b for a, b in edges if a == name} - _LEFT_OUT for name in names.values()}

    def reached(name: str) -> set[str]:
        return after[name].union(*(reached(following) for following in after[name]))

    lines = [
        f"  {name} --> {following}"
        for name in sorted(after)
        for following in sorted(after[name])
        if not any(following in reached(other) for other in after[name])
    ]
    return "\n".join(["flowchart LR", *lines])


@pytest.mark.parametrize("config", ["config", "raia2011"])
def test_rules_are_drawn_as_they_are(snakemake, repository, tmp_path, config):
    done = snakemake(
        "--rulegraph", "mermaid-js", "--configfile", repository / f"config/{config}.yaml", directory=tmp_path
    )
    page = (repository / "docs/rules.md").read_text()
    assert drawn(done.stdout) in page


def test_a_way_that_a_longer_one_holds_is_left_out():
    graph = "id0[a]\nid1[b]\nid2[c]\nid3[render_report]\nid0 --> id1\nid1 --> id2\nid0 --> id2\nid2 --> id3\n"
    assert drawn(graph) == "flowchart LR\n  a --> b\n  b --> c"
