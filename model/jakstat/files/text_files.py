"""Files as text: UTF-8, UTF-16 with its mark, or Windows' code page 1252, which older spreadsheets write.

What is no text (a workbook, an archive) is refused with what to do. Line ends of any system are read as one.
"""

import codecs
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from jakstat.files.faults import Fault
from jakstat.files.named_files import shown_path, why_unreadable

_SAVE_AS_TEXT = "in the spreadsheet: save as Text (Tab delimited), or Unicode Text; jakstat new-study reads it as it is"
#: How files that are no text begin, what they are, and what to do.
_SIGNATURES = (
    (b"PK\x03\x04", "a spreadsheet's workbook (.xlsx, .ods) or another zip archive", _SAVE_AS_TEXT),
    (b"\xd0\xcf\x11\xe0", "an older Excel workbook (.xls)", _SAVE_AS_TEXT),
    (b"\x1f\x8b", "a gzip archive", "unpacked"),
    (b"%PDF", "a PDF", "the numbers as a table"),
)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as hexadecimal text."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digests_of(files: Iterable[Path], folder: Path) -> dict[str, str]:
    """Return the SHA-256 of files by name; files that share a name are called by their path from ``folder`` on."""
    files = list(dict.fromkeys(files))
    names = Counter(file.name for file in files)
    return {
        file.name if names[file.name] == 1 else Path(os.path.relpath(file, folder)).as_posix(): sha256_of(file)
        for file in files
    }


def read_text(path: Path, what: str, faults: list[Fault]) -> str | None:
    """Return the text of a file, lines ended by newlines, or None after adding the fault that it cannot be read.

    Parameters
    ----------
    path : Path
        The file.
    what : str
        What is needed there, for the fault.
    faults : list of Fault
        The fault is added here.
    """
    found = why_unreadable(path)
    if found:
        faults.append(Fault(shown_path(path), None, "", found, what))
        return None
    try:
        content = path.read_bytes()
    except OSError as error:
        faults.append(Fault(str(path), None, "", error.strerror or type(error).__name__, what))
        return None
    for start, kind, remedy in _SIGNATURES:
        if content.startswith(start):
            faults.append(Fault(str(path), None, "", kind, f"{what} ({remedy})"))
            return None
    text = _decoded(content)
    if text is None:
        found = "bytes that are no text, or text that is not UTF-8"
        faults.append(Fault(str(path), _line_that_is_not_utf8(content), "", found, f"{what} (save it as UTF-8)"))
        return None
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def encoding_notes(paths: Iterable[Path]) -> tuple[str, ...]:
    """Return a sentence for each file that was read as code page 1252, whose other readings cannot be excluded."""
    guessed = [path.name for path in paths if path.suffix != ".xml" and _is_code_page_1252(path.read_bytes())]
    return tuple(
        f"{name} is not UTF-8 and was read as Windows-1252: check µ, umlauts and accents in its labels, or save it as "
        "UTF-8."
        for name in guessed
    )


def _decoded(content: bytes) -> str | None:
    """Return bytes as text, or None where they are none."""
    if content.startswith(_UTF16):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _NO_TEXT.search(text):
            return text
    return None


def _is_code_page_1252(content: bytes) -> bool:
    """Whether bytes are not UTF-8 and were read all the same."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return not content.startswith(_UTF16) and _decoded(content) is not None
    return False


def _line_that_is_not_utf8(content: bytes) -> int | None:
    """Return the line of the first byte that is no UTF-8, or None where another thing is wrong."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return content.count(b"\n", 0, error.start) + 1
    return None
