"""Studies as TOML files: what stands there is checked, and every message names the line and the place."""

from evo.studies.spec.places import SpecError
from evo.studies.spec.study import StudySpec, load_toml

__all__ = ["SpecError", "StudySpec", "load_toml"]
