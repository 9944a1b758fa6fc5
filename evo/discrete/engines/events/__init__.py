"""The event engine: steps that cannot change anything are waited for, not made."""
