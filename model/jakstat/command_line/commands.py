"""The commands themselves: they take words, call one function each, and say what came of it."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from jakstat.command_line.run_status import study_folders, study_status
from jakstat.command_line.workflow_run import run_workflow
from jakstat.intake import Declared, declared_pairs, new_study, own_lines

_WIDEST = 60  # letters of a cell of the table of what was understood


class _Faults(click.ClickException):
    """An error of what was given: its sentences without a traceback."""

    def show(self, file: object = None) -> None:
        """Write the sentences to standard error."""
        click.echo(self.format_message(), err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="jakstat")
def main() -> None:
    """Fit JAK-STAT models to your measurements, and predict what inhibitors do."""


@main.command("new-study")
@click.argument("name")
@click.option(
    "--from",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file of measurements; others may follow it.",
)
@click.argument("more", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--column", "columns", multiple=True, metavar="HEADER=ROLE", help="What a column holds; ignore leaves it out."
)
@click.option(
    "--unit", "units", multiple=True, metavar="HEADER=UNIT", help="Unit of a column: uM, nM, log10_M, min, h, percent."
)
@click.option("--all", "everywhere", multiple=True, metavar="ROLE=VALUE", help='What holds for all rows: "time=72 h".')
@click.option(
    "--name", "names", multiple=True, metavar="WRITTEN=MEANT", help='What a name means: "JAKi A=ruxolitinib".'
)
@click.option(
    "--own-line",
    "lines",
    multiple=True,
    metavar="LINE=RECEPTOR",
    help='A line of yours: "LAB-1=EpoR, 32 h, JAK2_V617F".',
)
@click.option(
    "--decimal", type=click.Choice(["point", "comma"]), default=None, help="Decimal mark of numbers written as text."
)
@click.option("--no-blank", is_flag=True, help="Raw signals have no background to take off.")
@click.option(
    "--in",
    "parent",
    default="data",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Where its folder is made.",
)
@click.option("--overwrite", is_flag=True, help="Replace a folder of this name.")
def new_study_command(name: str, files: Sequence[Path], more: Sequence[Path], **declared: object) -> None:
    """Make the study NAME of lab files: CSV, TSV, Excel; long or wide tables, plates.

    jakstat new-study my_lab --from blots.csv viability.xlsx
    """
    try:
        found = _declared(declared)
        if not (*files, *more):
            raise ValueError(
                "--from: found no file; needed: a file of measurements, as in --from blots.csv viability.xlsx"
            )
        made = new_study(name, (*files, *more), found, declared["parent"], bool(declared["overwrite"]))  # type: ignore[arg-type]
    except (ValueError, NotImplementedError) as error:
        raise _Faults(str(error)) from None
    table = made.intake.understood.map(lambda text: text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3]}...")
    click.echo("What was understood; correct it with --column, --unit, --all or --name:\n")
    click.echo(table.to_string(index=False, justify="left"))
    for note in (*made.intake.notes, *made.tables.notes):
        click.echo(f"Note: {note}")
    click.echo(f"\nMade {made.folder}. Next: jakstat check {made.folder}; jakstat run {made.folder} --tiny")


def _declared(options: dict[str, object]) -> Declared:
    """Return the declarations among options."""
    pairs = {
        key: declared_pairs(options[key], option)  # type: ignore[arg-type]
        for key, option in (("columns", "--column"), ("units", "--unit"), ("everywhere", "--all"), ("names", "--name"))
    }
    lines = own_lines(options["lines"])  # type: ignore[arg-type]
    return Declared(**pairs, decimal=str(options["decimal"] or ""), no_blank=bool(options["no_blank"]), own_lines=lines)


@main.command()
@click.argument("study", type=click.Path(path_type=Path))
def check(study: Path) -> None:
    """List every fault of STUDY (a folder, settings or a PEtab problem), before anything is sampled."""
    from jakstat.command_line.study_check import check_study  # imports the solver, which other commands need not

    try:
        said = check_study(study)
    except (ValueError, NotImplementedError) as error:
        raise _Faults(str(error)) from None
    for sentence in said:
        click.echo(sentence)
    click.echo(f"{study}: no faults")


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[STUDY] [-- SNAKEMAKE'S ARGUMENTS]")
@click.option("--tiny", is_flag=True, help="Far too few draws: whether all of it works, in minutes.")
@click.option("--cores", type=click.IntRange(min=1), help="Cores at most; all where absent.")
def run(words: Sequence[str], tiny: bool, cores: int | None) -> None:
    """Fit STUDY (a folder, or a file of settings) and make its report in results/."""
    study = words[0] if words and not words[0].startswith("-") else None
    try:
        code = run_workflow(study, tiny, cores, words[1:] if study else words)
        report = study_folders(study)[0] / "report.html"
    except (ValueError, FileNotFoundError) as error:
        raise _Faults(str(error)) from None
    if code == 0 and report.is_file():
        click.echo(f"Report: {report}")
    sys.exit(code)


@main.command()
@click.argument("study", required=False, type=click.Path(path_type=Path))
def status(study: Path | None) -> None:
    """Say what of STUDY is done, and what runs: draws, divergences, time left."""
    try:
        click.echo(str(study_status(study)))
    except ValueError as error:
        raise _Faults(str(error)) from None


@main.command()
@click.argument("study", required=False, type=click.Path(path_type=Path))
@click.option("--open", "is_shown", is_flag=True, help="Show it in the browser.")
def report(study: Path | None, is_shown: bool) -> None:
    """Say where the report of STUDY is."""
    try:
        found = study_status(study)
    except ValueError as error:
        raise _Faults(str(error)) from None
    if found.report is None:
        raise _Faults(
            f"{study_folders(study)[0]}: found no report.html; needed: jakstat run {study or ''}, which makes it"
        )
    click.echo(str(found.report))
    if is_shown:
        click.launch(str(found.report.resolve()))
