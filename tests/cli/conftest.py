import pytest

from evo.experiments import register
from tests.experiments.toy import Toy


@pytest.fixture
def toy():
    return register(Toy())


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """What else is installed on this machine does not matter here."""
    monkeypatch.setattr("evo.cli.dispatch.notice", lambda: None)
