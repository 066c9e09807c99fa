"""What has been measured so far, on disk after every part, so that a run that ends early is taken up again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measuring import what_went_wrong

_STARTED = "started"
_MOST_STARTS = 2


class Progress:
    """Finished parts by key, in a JSON file.

    Parameters
    ----------
    file : Path
    made_by : dict
        Machine, versions and options: parts that were made by others are not taken up.
    resume : bool
        Whether what the file holds is kept. A part that was begun twice and never finished ended the process: it is
        not tried again, and gets a note.
    """

    def __init__(self, file: Path, made_by: dict[str, Any], resume: bool):
        self._file = file
        self._content: dict[str, Any] = {"made_by": made_by, "parts": {}}
        if resume and file.exists():
            held = json.loads(file.read_text(encoding="utf-8"))
            if held["made_by"] == json.loads(json.dumps(made_by)):
                self._content = held

    @property
    def parts(self) -> dict[str, Any]:
        """The finished parts by key, in the order of their making."""
        return self._content["parts"]

    def part(self, key: str, make: Callable[[], Any], failed: Callable[[str], Any]) -> Any:
        """Return a part, made now if it is not there; an error in it becomes ``failed(sentence)``."""
        if key in self.parts:
            return self.parts[key]
        started, times = self._content.get(_STARTED) or (None, 0)
        times = times + 1 if started == key else 1
        if times > _MOST_STARTS:
            self._finish(key, failed("failed: it ended the process"))
            return self.parts[key]
        print(f"{key} ...", flush=True)
        self._content[_STARTED] = [key, times]
        self._write()
        try:
            made = make()
        except Exception as error:  # whatever a peer raises, the rest of the table is still wanted
            made = failed(what_went_wrong(error))
        self._finish(key, made)
        return made

    def _finish(self, key: str, made: Any) -> None:
        self.parts[key] = made
        self._content[_STARTED] = None
        self._write()

    def _write(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        aside = self._file.with_suffix(".part")
        aside.write_text(json.dumps(self._content, indent=1), encoding="utf-8")
        aside.rename(self._file)
