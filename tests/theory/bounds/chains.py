"""Random Markov chains and their hitting times of state 0, by dense linear algebra."""

import numpy as np
from hypothesis import strategies as st


@st.composite
def chains(draw, *, falling=False, most=7):
    """A transition matrix on sorted states 0 = s_0 < s_1 < ..., and the states."""
    size = draw(st.integers(2, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    spread = draw(st.sampled_from([0.3, 1.0, 3.0]))
    states = np.concatenate([[0.0], np.sort(np.exp(spread * rng.normal(size=size - 1)))])
    matrix = rng.dirichlet(np.full(size, draw(st.sampled_from([0.2, 1.0]))), size=size)
    pull = draw(st.sampled_from([0.0, 0.5, 0.9]))  # towards the next state below
    for k in range(1, size):
        matrix[k] *= 1.0 - pull
        matrix[k, k - 1] += pull
        if falling:
            matrix[k, k] += matrix[k, k + 1 :].sum()
            matrix[k, k + 1 :] = 0.0
    return states, matrix


def means(matrix):
    """E[T] from every state."""
    inner = matrix[1:, 1:]
    return np.concatenate([[0.0], np.linalg.solve(np.eye(len(inner)) - inner, np.ones(len(inner)))])


def survivals(matrix, start, steps):
    """P(T > t) for t = 0, ..., steps from one state."""
    law = np.zeros(len(matrix) - 1)
    law[start - 1] = 1.0
    left = [law.sum()]
    for _ in range(steps):
        law = law @ matrix[1:, 1:]
        left.append(law.sum())
    return np.array(left)
