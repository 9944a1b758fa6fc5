"""The contract: keys, problems, optimizers, stops, recorders, results, and the functions that join them."""
