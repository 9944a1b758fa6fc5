"""Public checks of the contract: what every optimizer must do, whoever wrote it."""

from __future__ import annotations

from evo.testing.optimizers import check_optimizer
from evo.testing.reports import BrokenError, Check, NotCheckedError, Report, conduct
from evo.testing.sizes import smoke

__all__ = ["BrokenError", "Check", "NotCheckedError", "Report", "check_optimizer", "conduct", "smoke"]
