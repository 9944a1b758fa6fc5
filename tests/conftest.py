"""What all tests share."""

from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("fixed", derandomize=True, deadline=None, database=None, max_examples=50)
hypothesis.settings.load_profile("fixed")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A folder for the results of one test, which does not exist yet."""
    return tmp_path / "results"
