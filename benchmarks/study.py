"""All figures of the statistics: ``make bench-study``.

Writes ``build/bench/study.json``; a run of a part (``--quick``, ``--only``) writes beside it under its own name.
"""

from __future__ import annotations

from typing import Annotated

import typer

from benchmarks import study_coverage, study_exact, study_papers, study_peers, study_series, study_speed
from benchmarks.runner import Groups, run

GROUPS: Groups = {
    "exact": study_exact.measure,
    "coverage": study_coverage.measure,
    "peers": study_peers.measure,
    "papers": study_papers.measure,
    "speed": study_speed.measure,
    "series": study_series.measure,
}


def main(
    quick: Annotated[bool, typer.Option("--quick", help="A few samples of each group: shows that it runs.")] = False,
    only: Annotated[list[str] | None, typer.Option(metavar="GROUP", help=f"One of {', '.join(GROUPS)}.")] = None,
) -> None:
    """Measure exactness, coverage, agreement and speed of statistics and series, and say which targets are held."""
    run("study", GROUPS, quick, only or ())


if __name__ == "__main__":
    typer.run(main)
