"""How the run time under the schedule c ln(t) / t depends on its multiplier c."""

from evo.experiments.schedule_multiplier.config import ScheduleMultiplierConfig
from evo.experiments.schedule_multiplier.experiment import ScheduleMultiplier

__all__ = ["ScheduleMultiplier", "ScheduleMultiplierConfig"]
