"""`corduroy check-paper`: can the numbers of a paper be, and which test can have printed its p values?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corduroy.cli.guard import guarded

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from corduroy.study.published import CheckedClaim, CheckedPaper

_PLAIN_WIDTH = 140
_STYLES = {"fits": "green", "does not fit": "bold yellow", "fits only as": "yellow"}
_REMINDER = (
    "A number that does not fit is a question to its authors, not an answer: misprints, missing values and rounding "
    "explain most of them. A number that fits is not thereby right."
)


def check_paper(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="YAML file of claims, as printed.")] = None,
    json: Annotated[Path | None, typer.Option("--json", metavar="OUT", help="Write the results as JSON.")] = None,
    example: Annotated[bool, typer.Option("--example", help="Print a file of claims to start from, and end.")] = False,
) -> None:
    """Check published numbers: means, SDs, percentages, p values, grades, sums."""
    with guarded():
        from corduroy.errors import InputError
        from corduroy.study.published import check_paper as check
        from corduroy.study.published import example_text, read_paper

        if example:
            typer.echo(example_text(), nl=False)
            return
        if file is None:
            raise InputError("no file named", "a YAML file of claims", "`corduroy check-paper --example` prints one")
        checked = check(read_paper(file))
        if json is not None:
            from corduroy.pipeline.files import write_json

            write_json(json, checked.as_dict())
        _print(checked)


def _print(checked: CheckedPaper) -> None:
    """The table, below it one explanation for each claim, and how many have which verdict."""
    from collections import Counter

    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        console = Console(width=_PLAIN_WIDTH)
    console.print(_table(checked, console), "")
    for number, claim in enumerate(checked.claims, start=1):
        console.print(Text(f"{number:>3}  {_heading(claim)}", style="bold"))
        console.print(Padding(Text(claim.finding.explanation), (0, 0, 0, 5)))
    tally = Counter(str(claim.finding.verdict) for claim in checked.claims)
    console.print(Text("\n" + "; ".join(f"{count} × {verdict}" for verdict, count in tally.items())))
    console.print(Text(_REMINDER))


def _heading(claim: CheckedClaim) -> str:
    where = ", ".join(part for part in (claim.claim.source, claim.claim.place) if part)
    return f"{claim.claim.what}{f' [{where}]' if where else ''}"


def _table(checked: CheckedPaper, console: Console) -> Table:
    from rich.table import Table
    from rich.text import Text

    source = f" ({checked.paper.source})" if checked.paper.source else ""
    table = Table(
        title=Text(f"{checked.paper.title}{source}"),
        title_justify="left",
        box=None,
        pad_edge=False,
        header_style="bold",
    )
    table.add_column("", justify="right", no_wrap=True)
    widest = max(console.width // 5, 16)
    for column in ("claim", "printed", "recomputed", "verdict"):
        table.add_column(column, max_width=widest if column == "claim" else None, overflow="fold")
    for number, claim in enumerate(checked.claims, start=1):
        found = claim.finding
        verdict = Text(found.headline, style=_STYLES.get(str(found.verdict), ""))
        name = claim.claim.id or claim.claim.what
        table.add_row(str(number), Text(name), Text(found.printed), Text(found.recomputed), verdict)
    return table
