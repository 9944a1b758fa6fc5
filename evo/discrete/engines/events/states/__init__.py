"""What of a string the event engine keeps, one kind per file."""

from evo.discrete.engines.events.states import base as base
