"""When the next candidate comes, one waiting law per file."""

from evo.discrete.engines.events.waits import base as base
