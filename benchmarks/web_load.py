"""Fifty people at once: how long reading takes, and whether anything goes wrong."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import numpy as np

from benchmarks.figures import Row, at_least, at_most, fill
from benchmarks.groups import Report
from benchmarks.pool import Tick
from benchmarks.web_server import RunningServer
from corduroy.registry.store import Registry
from corduroy.registry.synthetic import random_case_files

USERS = 50
ROWS = (
    Row("p95", f"Reads of {USERS} simulated users, 95th percentile", "ms", at_most(300.0)),
    Row("median", "Reads, median", "ms"),
    Row("write", "Saves, 95th percentile", "ms"),
    Row("requests", "Requests in all", ""),
    Row("rate", "Requests in a second", "1/s", at_least(0.5 * USERS)),
    Row("errors", "Answers other than 200 and 201, connections that broke", "", at_most(0)),
    Row("lost", "Acknowledged saves that are not in the registry", "", at_most(0)),
)
_PATIENTS = 200
# Author's choices: a person looks at what came for a second or two, and saves once in twenty looks.
_LOOK_S = (0.5, 1.5)
_SAVES = 0.05
_TIMEOUT_S = 60.0


@dataclass
class _Seen:
    reads_ms: list[float] = field(default_factory=list)
    writes_ms: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)


def measure(quick: bool, tick: Tick) -> Report:
    """Users look around and save now and then, each at a pace of their own."""
    seconds = 15 if quick else 300
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "workbench"
        folder.mkdir()
        cases = _filled(folder / "registry.sqlite")
        with RunningServer(folder, workers=0) as server:
            seen = asyncio.run(_all_users(server.url, cases, seconds, tick))
        with Registry.open(folder / "registry.sqlite") as registry:
            kept = {entry.id for entry in registry.entries("assessment")}
    for error in seen.errors[:5]:
        print(error)
    requests = len(seen.reads_ms) + len(seen.writes_ms) + len(seen.errors)
    values = {
        "p95": float(np.percentile(seen.reads_ms, 95)) if seen.reads_ms else None,
        "median": float(np.median(seen.reads_ms)) if seen.reads_ms else None,
        "write": float(np.percentile(seen.writes_ms, 95)) if seen.writes_ms else None,
        "requests": float(requests),
        "rate": requests / seconds,
        "errors": float(len(seen.errors)),
        "lost": float(len(set(seen.saved) - kept)),
    }
    return Report(fill(ROWS, values))


def _filled(place: Path) -> list[str]:
    """A registry of invented patients; the ids of its cases."""
    with Registry.create(place) as registry:
        with registry.transaction(who="bench", why="load") as change:
            for file in random_case_files(_PATIENTS, np.random.default_rng(1)):
                patient = change.add(file.patient)
                case = change.add(file.case, patient.id)
                for assessment in file.assessments:
                    change.add(assessment, case.id)
        return [entry.id for entry in registry.entries("case")]


async def _all_users(url: str, cases: list[str], seconds: float, tick: Tick) -> _Seen:
    seen, end = _Seen(), time.monotonic() + seconds
    users = [asyncio.create_task(_user(url, cases, random.Random(number), end, seen)) for number in range(USERS)]
    while (left := end - time.monotonic()) > 0:
        tick(round(seconds - left), round(seconds))
        await asyncio.sleep(min(1.0, left))
    await asyncio.gather(*users)
    return seen


async def _user(url: str, cases: list[str], chance: random.Random, end: float, seen: _Seen) -> None:
    async with httpx2.AsyncClient(base_url=f"{url}api/v1", timeout=_TIMEOUT_S) as client:
        await asyncio.sleep(chance.uniform(0, _LOOK_S[1]))
        while time.monotonic() < end:
            begun = time.perf_counter()
            try:
                if chance.random() < _SAVES:
                    await _save(client, chance.choice(cases), chance, seen)
                    seen.writes_ms.append(1000 * (time.perf_counter() - begun))
                else:
                    answer = await client.get(_address(cases, chance))
                    answer.raise_for_status()
                    seen.reads_ms.append(1000 * (time.perf_counter() - begun))
            except httpx2.HTTPError as error:
                seen.errors.append(f"{type(error).__name__}: {error}")
            await asyncio.sleep(chance.uniform(*_LOOK_S))


def _address(cases: list[str], chance: random.Random) -> str:
    case = chance.choice(cases)
    return chance.choice(
        [
            "/cases?limit=50",
            f"/cases?limit=50&offset={chance.randrange(_PATIENTS)}",
            "/cases?level=T7&fracture=true",
            f"/cases/{case}",
            f"/cases/{case}",
            f"/records/assessment?parent_id={case}",
            f"/cases/{case}/scans",
            "/jobs",
            "/me",
            "/codebook",
        ]
    )


async def _save(client: httpx2.AsyncClient, case: str, chance: random.Random, seen: _Seen) -> None:
    """An assessment at an unplanned visit; what is unusual about it is confirmed."""
    record = {"visit": "unplanned", "on": "2026-01-05", "odi": chance.randrange(100)}
    body = {"record": record, "parent_id": case, "confirm": True, "why": "load test"}
    answer = await client.post("/records/assessment", json=body)
    answer.raise_for_status()
    seen.saved.append(answer.json()["id"])
