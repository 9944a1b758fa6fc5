"""Search algorithms that are composed of parts."""
