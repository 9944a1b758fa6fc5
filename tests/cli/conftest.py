import pytest

from evo.experiments import register
from tests.experiments.toy import Toy


@pytest.fixture
def toy():
    return register(Toy())
