"""Names of people as ids and as names of folders, one to one: a digest tells apart what would look the same.

This module is imported whenever the workflow is read, and so imports nothing that takes time.
"""

import hashlib
import json
import re
from typing import Any

_DIGEST_END = re.compile(r"_h[0-9a-f]{8}\Z")
#: Names of devices, which Windows keeps for itself; results may lie on a share that it reads.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\Z", re.IGNORECASE)
#: Characters of a name that a folder's name keeps: most file systems allow 255 bytes, and temporary files add to them.
_LONGEST_FOLDER = 100


def ends_in_digest(name: str) -> bool:
    """Whether a name ends as an id with a digest does."""
    return bool(_DIGEST_END.search(name))


def with_digest(readable: str, content: Any) -> str:  # noqa: ANN401
    """Return an id that carries a digest of ``content`` (texts, numbers and sequences of them)."""
    written = json.dumps(content, ensure_ascii=True)
    return f"{readable}_h{hashlib.sha256(written.encode()).hexdigest()[:8]}"


def distinct_id(readable: str, content: Any, is_read_back: bool) -> str:  # noqa: ANN401
    """Return ``readable`` where ``content`` can be read back from it, else with a digest of ``content``.

    An id that ends as if it carried a digest never counts as readable.
    """
    return readable if is_read_back and not ends_in_digest(readable) else with_digest(readable, content)


def folder_name(name: str) -> str:
    """Return the name of a folder for results of ``name``: itself where any file system takes it, else with a digest.

    Two names never share a folder, and none leads out of the folder of results or is taken for an option.
    """
    readable = re.sub(r"[^A-Za-z0-9_-]+", "_", name)[:_LONGEST_FOLDER]
    stays = name == readable and name != "" and not name.startswith("-") and not _DEVICES.match(name)
    return distinct_id(readable.lstrip("-") or "study", name, stays)


def file_stem(name: str) -> str:
    """Return a name as the start of a file's name, one to one: letters of any script, digits, ``_``, ``.``, ``-``."""
    readable = re.sub(r"[^\w.-]", "_", name).lstrip(".")
    return distinct_id(readable or "problem", name, readable == name and name != "")
