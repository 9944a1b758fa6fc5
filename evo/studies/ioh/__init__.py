"""IOHprofiler folders: results written for IOHanalyzer and iohinspector, and read back from any `ioh` logger."""

from evo.studies.ioh.functions import IohFunction
from evo.studies.ioh.reading import IohTables, read_ioh
from evo.studies.ioh.writing import export_ioh

__all__ = ["export_ioh", "read_ioh", "IohFunction", "IohTables"]
