"""What an algorithm makes of a candidate, one scheme per file; importing this registers all."""

from evo.discrete.engines.events.responses import base as base
from evo.discrete.engines.events.responses import brood as brood
from evo.discrete.engines.events.responses import single as single
