"""Files of an earlier plan in the same folder go; everybody else's stay."""

from __future__ import annotations

from pathlib import Path

from corduroy.pipeline.plan_outputs import remove_stale


def test_only_what_an_earlier_plan_wrote_and_this_one_did_not_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    folder.mkdir()
    for name in ("biopsy_skin.png", "plan.html", "mine.txt", "mechanics.json"):
        (folder / name).write_text("x")
    (tmp_path / "outside.txt").write_text("x")
    remove_stale(folder, ["biopsy_skin.png", "plan.html", "gone.png", "../outside.txt"], {"plan.html"})
    assert sorted(path.name for path in folder.iterdir()) == ["mechanics.json", "mine.txt", "plan.html"]
    assert (tmp_path / "outside.txt").exists()
