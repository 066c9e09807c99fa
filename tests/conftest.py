"""What every test may ask for: where the repository is, and third-party reference data beside it."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root of the repository."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def reference_folder(repository: Path) -> Path:
    """Return the folder of published models and measurements that are not part of the repository."""
    folder = repository.parent / "shared" / "reference"
    if not folder.is_dir():
        pytest.skip("needs the reference data (../shared/reference beside the repository), which is not here")
    return folder
