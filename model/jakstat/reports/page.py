"""A page: sections of paragraphs, figures and tables, rendered to one HTML file that needs nothing else.

Figures are data URIs, styles are inline, nothing is loaded from anywhere. All text is escaped. A page's warning is
repeated in the caption of every figure and table, so that none travels without it.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

Tone = Literal["", "good", "bad", "note", "answer"]


@dataclass(frozen=True)
class Paragraph:
    """A sentence or a few; ``tone`` colours it."""

    text: str
    tone: Tone = ""
    kind: str = "paragraph"


@dataclass(frozen=True)
class Items:
    """A list of sentences."""

    items: tuple[str, ...]
    kind: str = "items"


@dataclass(frozen=True)
class Picture:
    """A figure, SVG bytes, with a title and a caption that says what is seen and how to read it."""

    svg: bytes
    title: str
    caption: str
    kind: str = "picture"

    @property
    def uri(self) -> str:
        """The picture as a data URI."""
        return f"data:image/svg+xml;base64,{b64encode(self.svg).decode('ascii')}"


@dataclass(frozen=True)
class Cell:
    """A cell of a table; ``tone`` colours it."""

    text: str
    tone: Tone = ""


@dataclass(frozen=True)
class Table:
    """A table: columns are (title, is it a number), rows are texts or cells, in the columns' order.

    A ``folded`` one shows its rows when its title is clicked.
    """

    title: str
    caption: str
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[str | Cell, ...], ...]
    folded: bool = False
    kind: str = "table"

    @property
    def cells(self) -> list[list[Cell]]:
        """The rows, every entry a cell."""
        return [[cell if isinstance(cell, Cell) else Cell(str(cell)) for cell in row] for row in self.rows]


@dataclass(frozen=True)
class Verbatim:
    """Text in the widths and lines it was written in."""

    title: str
    text: str
    kind: str = "verbatim"


Block = Paragraph | Items | Picture | Table | Verbatim


@dataclass(frozen=True)
class Section:
    """A numbered section; ``id`` is its anchor."""

    id: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Page:
    """A page: title, a line under it, the box on top, the sections, and the warning (empty: none)."""

    title: str
    subtitle: str
    summary: tuple[Paragraph, ...]
    sections: Sequence[Section]
    warning: str = ""


def render_page(page: Page) -> str:
    """Return a page as HTML text."""
    environment = Environment(
        loader=PackageLoader("jakstat.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["unbroken"] = _unbroken
    return environment.get_template("page.html").render(page=page)


def _unbroken(text: str) -> str:
    """Keep a number and its per cent sign or nM on one line."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%").replace(" nM", "\N{NO-BREAK SPACE}nM")
