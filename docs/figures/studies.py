"""Makes the figures of docs/studies.md: python docs/figures/studies.py (a minute, of which most is compilation)."""

import math
import tempfile
from pathlib import Path

import evo
import theory
from evo import discrete as d

HERE = Path(__file__).parent
COMMAND = "python docs/figures/studies.py"


def main() -> None:
    """Run the study of the page and draw it against n, and at one n as distribution functions."""
    with tempfile.TemporaryDirectory() as folder:
        study = evo.study(
            {
                "static": lambda n, c: (d.OnePlusOne(rate=d.Static(strength=c)), d.OneMax(n)),
                "rls": lambda n: (d.RandomLocalSearch(), d.OneMax(n)),
            },
            n=[50, 100, 200, 400, 800, 1600],
            c=[0.5, 1.0, 1.5],
            runs=200,
            seed=1,
            out=folder,
        )
        exact = {
            "exact law, c = 1": lambda n: float(theory.onemax.expected_steps(n=n, strength=1.0)) / (n * math.log(n))
        }
        normalised = study.draw(x="n", y="steps/(n ln n)", line=exact)
        law = theory.onemax.law(n=400, strength=1.0)
        shares = study.draw(kind="distribution", where={"n": 400}, line={"exact law, c = 1": law.cdf})
    evo.plots.draw(normalised, HERE / "normalised-run-time.png", title="Normalised run times", command=COMMAND)
    evo.plots.draw(shares, HERE / "run-time-distribution.png", title="Distribution of run times", command=COMMAND)


if __name__ == "__main__":
    main()
