"""Claims for people."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Sequence

from evo.experiments import Claim, Verdict

_COLOURS = {
    Verdict.HOLDS: "bold green",
    Verdict.FAILS: "bold red",
    Verdict.UNDECIDED: "bold yellow",
    Verdict.NOT_APPLICABLE: "dim",
}
_WIDTH = 110


def claims_shown(claims: Sequence[Claim], family_error: float) -> None:
    """Print the claims with their verdicts: a table on a wide terminal, plain text elsewhere.

    Args:
        claims: judged.
        family_error: chance that any of their intervals misses the truth.
    """
    if sys.stdout.isatty() and shutil.get_terminal_size().columns > _WIDTH:
        _rich(claims)
    else:
        for claim in claims:
            print(_plain(claim))
    counts = {verdict: sum(claim.verdict is verdict for claim in claims) for verdict in Verdict}
    told = ", ".join(f"{verdict.value} {count}" for verdict, count in counts.items() if count)
    print(f"verdicts: {told}; error level of all {len(claims)} claims together {family_error:g}")


def _numbers(claim: Claim) -> str:
    if claim.measured is None:
        return "–"
    found = claim.measured
    return f"{found.estimate:.5g} [{found.lower:.5g}, {found.upper:.5g}]"


def _plain(claim: Claim) -> str:
    lines = textwrap.wrap(
        claim.text, _WIDTH, initial_indent=f"{claim.verdict.name.replace('_', ' '):16}", subsequent_indent=" " * 16
    )
    details = [f"predicted {claim.predicted}; measured {_numbers(claim)}"]
    if claim.measured is not None:
        details[0] += f" ({100 * claim.measured.confidence:.6g} %, {claim.measured.method})"
    details.append(f"{claim.basis.value}: {claim.source}")
    details.append(f"rule: {claim.rule}")
    details += [claim.note] if claim.note else []
    for text in details:
        lines += textwrap.wrap(text, _WIDTH, initial_indent=" " * 16, subsequent_indent=" " * 18)
    return "\n".join(lines)


def _rich(claims: Sequence[Claim]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_lines=True)
    for name in ("verdict", "claim", "predicted", "measured [bounds]", "basis and source"):
        table.add_column(name)
    for claim in claims:
        words = claim.text + (f"\n({claim.note})" if claim.note else "")
        table.add_row(
            Text(claim.verdict.value, style=_COLOURS[claim.verdict]),
            Text(words),
            Text(str(claim.predicted)),
            Text(_numbers(claim)),
            Text(f"{claim.basis.value}: {claim.source}"),
        )
    Console().print(table)
