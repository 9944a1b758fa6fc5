"""Gradients from function values: how well they point, with and without past directions as surrogates.

One estimate: `orthonormal`, `gaussian`, and with a `surrogate`. On linear functions, where each estimate serves the
next as surrogate: `past` (the whole law after t generations), `past_rate`, `generations_to`, `evaluations_to`; its
rivals `running_mean` and `moving_average`. A gradient that turns: `drifting`; noisy evaluations: `noisy`, and
`noisy_shrunk` with weights that know the noise. Whether it pays: `gain`. Scales: `least_squares_scale`. What streaming
loses: `streamed`.

In all of them `pairs` counts all pairs of evaluations of a generation, the one along a surrogate or past direction
included: equal pairs are equal cost, and the pairs of `evo.estimators.SurrogateEs`.

Example:
    >>> from theory import past_descent
    >>> law = past_descent.past(1000, 33, generations=50)
    >>> round(law.mean, 4), round(law.std, 4)
    (0.8038, 0.0113)
"""

from theory.past_descent.averages import moving_average, moving_window, running_mean
from theory.past_descent.drift import drifting, drifting_variance
from theory.past_descent.gains import gain, gain_shrunk
from theory.past_descent.law import CosineLaw
from theory.past_descent.linear import evaluations_to, generations_to, past, past_rate
from theory.past_descent.noise import noisy, noisy_orthonormal, noisy_shrunk
from theory.past_descent.scale import least_squares_scale, orthonormal_scale
from theory.past_descent.single import gaussian, orthonormal, surrogate
from theory.past_descent.streaming import streamed, streamed_past, streamed_unprojected

__all__ = [
    "CosineLaw",
    "drifting",
    "drifting_variance",
    "evaluations_to",
    "gain",
    "gain_shrunk",
    "gaussian",
    "generations_to",
    "least_squares_scale",
    "moving_average",
    "moving_window",
    "noisy",
    "noisy_orthonormal",
    "noisy_shrunk",
    "orthonormal",
    "orthonormal_scale",
    "past",
    "past_rate",
    "running_mean",
    "streamed",
    "streamed_past",
    "streamed_unprojected",
    "surrogate",
]
