"""Other programs that run a (1+1)-EA, measured beside this library."""

from benchmarks.peers.table import show as show
