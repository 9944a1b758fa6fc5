"""The names of settings and arms."""

FULL, FRESH = "full batch", "fresh minibatches"
SETTINGS = (FULL, FRESH)

SURROGATE, PLAIN, LOW_RANK, OPEN_ES, BACKPROP = "SurrogateEs", "AntitheticEs", "LowRankEs", "Open_ES", "backprop"
ARMS = (SURROGATE, PLAIN, LOW_RANK, OPEN_ES, BACKPROP)
