"""A large examination sent to the server: how long it takes and how much memory it needs."""

from __future__ import annotations

import hashlib
import io
import json
import time
import urllib.request
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import numpy as np

from benchmarks.figures import Row, at_least, at_most, fill
from benchmarks.groups import Report
from benchmarks.pool import Tick
from benchmarks.web_server import RunningServer, forget_peak, peak_mb, resident_mb

ROWS = (
    Row("size", "The examination: a zip of DICOM slices", "MB"),
    Row("time", "From the first byte to the answer, checks included", "s"),
    Row("memory", "What the server's memory grows by at most meanwhile", "MB", at_most(64.0)),
    Row("same", "The file on the disk is the one that was sent", "", at_least(1)),
    Row("cut", "Uploads cut off by the sender that leave anything", "", at_most(0)),
)
_SIDE = 512
_CUTS = 10


def measure(quick: bool, tick: Tick) -> Report:
    """Send it once as a whole, then some times only in part."""
    slices = 60 if quick else 1000
    with TemporaryDirectory() as temporary, RunningServer(Path(temporary) / "workbench", workers=0) as server:
        source = Path(temporary) / "examination.zip"
        size = write_examination(source, slices, lambda done: tick(done, slices + _CUTS))
        scan = _new_scan(server.url)
        process = server.process.pid
        _send(server.url, scan, b"", expected=422)
        forget_peak(process)
        before, begun = resident_mb(process), time.perf_counter()
        with source.open("rb") as stream:
            told = httpx2.put(f"{server.url}api/v1/scans/{scan}/image", content=stream, timeout=600).json()
        taken = time.perf_counter() - begun
        growth = peak_mb(process) - before
        kept = list((Path(temporary) / "workbench" / "scans").rglob("image-*"))
        same = len(kept) == 1 and _sha256(kept[0]) == _sha256(source) == told["sha256"]
        left = 0
        for number in range(_CUTS):
            left += _cut_off(server.url, source, (number + 1) / (_CUTS + 1), Path(temporary) / "workbench" / "scans")
            tick(slices + number + 1, slices + _CUTS)
    values = {"size": size / 1e6, "time": taken, "memory": growth, "same": float(same), "cut": float(left)}
    return Report(fill(ROWS, values))


def write_examination(path: Path, slices: int, tell: Any) -> int:
    """Slices of random numbers, which no packing makes smaller; the size of the archive in bytes."""
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

    rng, series, study = np.random.default_rng(1), generate_uid(), generate_uid()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number in range(slices):
            meta = FileMetaDataset()
            meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = CTImageStorage, ExplicitVRLittleEndian
            meta.MediaStorageSOPInstanceUID = generate_uid()
            data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
            data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
            data.SeriesInstanceUID, data.StudyInstanceUID, data.FrameOfReferenceUID = series, study, study
            data.Modality, data.InstanceNumber, data.SliceThickness = "CT", number + 1, 0.5
            data.ImageOrientationPatient, data.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [0, 0, 0.5 * number]
            data.Rows, data.Columns, data.PixelSpacing = _SIDE, _SIDE, [0.7, 0.7]
            data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 1
            data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
            data.RescaleSlope, data.RescaleIntercept = 1, -1024
            data.PixelData = rng.integers(0, 2000, (_SIDE, _SIDE), dtype=np.int16).tobytes()
            buffer = io.BytesIO()
            data.save_as(buffer, enforce_file_format=True)
            archive.writestr(f"IM{number:05}", buffer.getvalue())
            tell(number + 1)
    return path.stat().st_size


def _cut_off(url: str, source: Path, share: float, folder: Path) -> bool:
    """Promise the whole, send a part, hang up; whether anything of it is still there a moment later."""
    scan, size = _new_scan(url), source.stat().st_size

    def part() -> Any:
        with source.open("rb") as stream:
            sent = 0
            while sent < share * size:
                block = stream.read(1 << 20)
                sent += len(block)
                yield block
        raise ConnectionAbortedError

    try:
        headers = {"content-length": str(size)}
        httpx2.put(f"{url}api/v1/scans/{scan}/image", content=part(), headers=headers, timeout=600)
    except (ConnectionAbortedError, httpx2.HTTPError):
        time.sleep(0.5)
    return any(path.is_file() for path in (folder / scan).glob("*"))


def _new_scan(url: str) -> str:
    number = time.monotonic_ns() % 10**9
    patient = _call(url, "records/patient", {"record": {"pseudonym": f"P-{number}"}})
    case = {"record": {"case_no": 1, "levels": ["T7"], "aggressive": True}, "parent_id": patient["id"]}
    return str(_call(url, "scans", {"case_id": _call(url, "records/case", case)["id"]})["id"])


def _send(url: str, scan: str, content: bytes, expected: int) -> None:
    """Also lets the server load what it loads at its first upload."""
    answer = httpx2.put(f"{url}api/v1/scans/{scan}/image", content=content, timeout=60)
    if answer.status_code != expected:
        raise RuntimeError(f"{answer.status_code} instead of {expected}: {answer.text}")


def _call(url: str, path: str, body: dict[str, Any]) -> Any:
    data, headers = json.dumps(body).encode(), {"content-type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{url}api/v1/{path}", data, headers)) as answer:
        return json.load(answer)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
