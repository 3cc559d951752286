"""Results of a case's steps on disk, each under the hash of everything it was made from."""

from __future__ import annotations

import hashlib
import json
import warnings
from pathlib import Path
from typing import Any

from corduroy.errors import DoubtWarning
from corduroy.pipeline.files import replacing, sweep_partials
from corduroy.provenance import content_hash

_FORMAT = "corduroy/step/1"


def key_of(**parts: Any) -> str:
    """A SHA-256 over named parts (hashes, settings, versions); equal parts give equal keys."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class StepStore:
    """One folder with one JSON entry per finished step.

    An entry counts only if its key is the asked one, its content matches its own digest, and the files that
    it names are still what they were. Anything else is a step not done yet.

    Parameters
    ----------
    folder : Path
        Made on the first write, so that a case that fails at once leaves nothing behind.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, step: str, key: str) -> dict[str, Any] | None:
        """The payload of a finished step, or None.

        Warns
        -----
        DoubtWarning
            If there is an entry and it is damaged.
        """
        path = self.folder / f"{step}.json"
        if not path.is_file():
            return None
        try:
            entry = json.loads(path.read_text(encoding="utf-8"))
            whole = entry["format"] == _FORMAT and entry["digest"] == _digest(entry["payload"])
        except (OSError, ValueError, KeyError, TypeError):
            whole = False
        if not whole:
            self._report_damage(step)
            return None
        if entry["key"] != key:
            return None
        return dict(entry["payload"])

    def save(self, step: str, key: str, payload: dict[str, Any]) -> None:
        """Write the entry of a finished step, atomically."""
        entry = {"format": _FORMAT, "step": step, "key": key, "digest": _digest(payload), "payload": payload}
        with replacing(self.folder / f"{step}.json") as temporary:
            temporary.write_text(json.dumps(entry), encoding="utf-8")

    def load_files(self, step: str, key: str, folder: Path) -> list[Path] | None:
        """The files of a finished step, if each is still what it was."""
        payload = self.load(step, key)
        if payload is None:
            return None
        files = {folder / name: digest for name, digest in payload["files"].items()}
        if all(path.is_file() and content_hash(path) == digest for path, digest in files.items()):
            return list(files)
        self._report_damage(step)
        return None

    def save_files(self, step: str, key: str, files: list[Path]) -> None:
        """Write the entry of a step whose result is files, which must be in their places already."""
        self.save(step, key, {"files": {path.name: content_hash(path) for path in files}})

    def sweep(self) -> None:
        """Remove what a killed run left."""
        sweep_partials(self.folder)

    def _report_damage(self, step: str) -> None:
        warnings.warn(
            f"the stored result of the step '{step}' is damaged and is made again",
            DoubtWarning,
            stacklevel=3,
        )


def _digest(payload: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
