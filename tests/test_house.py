"""The house is in order: rooms that can be overlooked, tests that mirror them, names that say what they hold."""

import ast
import re
from pathlib import Path

import grimp
import pytest

from tests.import_contracts import FacesContract

#: Modules at one level that a reader can still overlook, and the formatter's exceptions: tables of numbers.
MOST_MODULES, MOST_SKIPS = 18, 19


def sources(repository: Path) -> list[Path]:
    folders = ("model", "tests", "benchmarks", "workflow", "docs")
    return [file for folder in folders for file in (repository / folder).rglob("*.py")]


def rooms(repository: Path) -> set[str]:
    package = repository / "model/jakstat"
    return {file.parent.relative_to(package).as_posix() for file in package.rglob("__init__.py")}


def test_no_room_holds_more_modules_than_a_reader_can_overlook(repository):
    crowded = {
        room: count
        for room in rooms(repository)
        if (count := len(list((repository / "model/jakstat" / room).glob("*.py"))) - 1) > MOST_MODULES
    }
    assert crowded == {}


def test_each_room_says_in_a_sentence_what_is_in_it(repository):
    for room in rooms(repository):
        text = (repository / "model/jakstat" / room / "__init__.py").read_text()
        assert len(ast.get_docstring(ast.parse(text)) or "") > 20, room


def test_tests_stand_in_rooms_of_the_package(repository):
    folders = {
        file.parent.relative_to(repository / "tests").as_posix() for file in repository.glob("tests/**/test_*.py")
    }
    assert folders - {"workflow"} <= rooms(repository)


def test_architecture_names_each_room(repository):
    text = (repository / "ARCHITECTURE.md").read_text()
    assert [room for room in rooms(repository) - {"."} if f"{room.split('/')[-1]}/" not in text] == []


def test_formatting_is_switched_off_for_tables_of_numbers_only(repository):
    marked = [file.name for file in sources(repository) for _ in re.findall(r"# fmt: (?:skip|off)", file.read_text())]
    assert len(marked) <= MOST_SKIPS, marked


def test_a_loop_says_what_it_goes_over(repository):
    silent = re.compile(r"\bfor one " + r"in\b")
    assert [file.name for file in sources(repository) if silent.search(file.read_text())] == []


def test_no_module_has_more_than_400_lines(repository):
    long = {file.name for file in repository.glob("model/**/*.py") if len(file.read_text().splitlines()) > 400}
    assert long == set()


@pytest.mark.parametrize(
    ("importer", "imported", "is_kept"),
    [
        ("house.kitchen.oven", "house.cellar", True),
        ("house.kitchen.oven", "house.cellar.wine", False),
        ("house.kitchen.oven", "house.kitchen.table", True),
        ("house.kitchen.pantry.shelf", "house.kitchen.table", True),
        ("house.kitchen.oven", "house.kitchen.pantry.shelf", False),
        ("house.door", "house.kitchen.oven", False),
    ],
)
def test_an_import_that_reaches_past_a_face_is_refused(importer, imported, is_kept):
    graph = grimp.ImportGraph()
    for module in (importer, imported):
        graph.add_module(module)
    graph.add_import(importer=importer, imported=imported)
    contract = FacesContract("faces", {"root_packages": ["house"]}, {"root": "house"})
    assert contract.check(graph, verbose=False).kept is is_kept
