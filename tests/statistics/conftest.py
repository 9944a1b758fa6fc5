"""What the statistical tests share."""

from collections.abc import Callable

import pytest
import scipy.stats

FALSE_FAIL = 1e-9


@pytest.fixture
def fewest_hits() -> Callable[[int, float], int]:
    """The count that a binomial number of hits undercuts with probability at most 1e-9."""
    return lambda trials, p: int(scipy.stats.binom.ppf(FALSE_FAIL, trials, p))


@pytest.fixture
def most_hits() -> Callable[[int, float], int]:
    """The count that a binomial number of hits exceeds with probability at most 1e-9."""
    return lambda trials, p: int(scipy.stats.binom.isf(FALSE_FAIL, trials, p))
