"""The names of settings and arms."""

WHOLE, WINDOWS = "whole sequences", "windows"
SETTINGS = (WHOLE, WINDOWS)

SURROGATE, HELPED = "SurrogateEs", "SurrogateEs, truncated gradient"
PLAIN, LOW_RANK, OPEN_ES, BACKPROP = "AntitheticEs", "LowRankEs", "Open_ES", "backprop"
PERSISTENT, NOISE_REUSE, TRUNCATED = "PersistentEs", "NoiseReuseEs", "TruncatedEs"
TRUNCATED_BACKPROP = "TruncatedBackprop"

#: which arms there are in each setting
SERIES = {
    WHOLE: (SURROGATE, HELPED, PLAIN, LOW_RANK, OPEN_ES, BACKPROP),
    WINDOWS: (PERSISTENT, NOISE_REUSE, TRUNCATED, TRUNCATED_BACKPROP),
}
ARMS = tuple(arm for arms in SERIES.values() for arm in arms)
#: methods whose errors are measured on the linear system
METHODS = (TRUNCATED, PERSISTENT, NOISE_REUSE)
