"""Public checks of the contract: what every optimizer must do, whoever wrote it."""

from __future__ import annotations

from evo.testing.optimizers import check_optimizer
from evo.testing.reports import Broken, Check, NotChecked, Report, conduct

__all__ = ["Broken", "Check", "NotChecked", "Report", "check_optimizer", "conduct"]
