"""The compiled engines: generic functions of parts, random streams, kernels and the drivers that run them."""
