"""Whatever the file holds, the user sees a table or one line: never a traceback."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from typer.testing import Result

Run = Callable[..., Result]

CHECKS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
DTYPES = (2, 4, 8, 16, 64, 128, 256, 512, 768, 1, 0, 32, 1792, 77)

wild_floats = st.one_of(st.floats(width=32), st.sampled_from([0.0, 1.0, -1.0, 1e-30, 1e30]))


@st.composite
def headers(draw: st.DrawFn) -> bytes:
    """A NIfTI-1 header with random fields over random bytes, sometimes cut."""
    header = nib.Nifti1Header()
    header["dim"] = draw(st.lists(st.integers(-2, 40), min_size=8, max_size=8))
    if draw(st.booleans()):
        header["dim"][0] = 3
    header["datatype"] = draw(st.sampled_from(DTYPES))
    header["bitpix"] = draw(st.sampled_from([8, 16, 32, 64, 0]))
    header["pixdim"] = draw(st.lists(wild_floats, min_size=8, max_size=8))
    header["sform_code"] = draw(st.integers(0, 2))
    header["qform_code"] = draw(st.integers(0, 2))
    for row in ("srow_x", "srow_y", "srow_z"):
        header[row] = draw(st.lists(wild_floats, min_size=4, max_size=4))
    header["scl_slope"], header["scl_inter"] = draw(wild_floats), draw(wild_floats)
    header["vox_offset"] = draw(st.sampled_from([352, 0, 348, 1e6, -5]))
    header["xyzt_units"] = draw(st.integers(0, 255))
    header["magic"] = draw(st.sampled_from([b"n+1", b"ni1", b"", b"n+2"]))
    body = draw(st.binary(max_size=3000))
    return (header.binaryblock + b"\0\0\0\0" + body)[draw(st.sampled_from([0, 0, 0, 10])) :]


@st.composite
def label_arrays(draw: st.DrawFn) -> NDArray[np.uint8]:
    """Boxes, single voxels and noise under random labels: nothing that is a spine."""
    shape = draw(st.tuples(*[st.integers(1, 28)] * 3))
    array = np.zeros(shape, np.uint8)
    for _ in range(draw(st.integers(0, 5))):
        low = [draw(st.integers(0, n - 1)) for n in shape]
        high = [draw(st.integers(a + 1, n)) for a, n in zip(low, shape, strict=True)]
        array[tuple(slice(a, b) for a, b in zip(low, high, strict=True))] = draw(st.integers(0, 60))
    if draw(st.booleans()):
        rng = np.random.default_rng(draw(st.integers(0, 99)))
        speckled = rng.random(shape) < 0.1
        array[speckled] = rng.integers(0, 30, shape)[speckled]
    return array


def run_on(run: Run, name: str, data: bytes) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        result = run("measure", path, "--json", Path(folder) / "out" / "m.json")
        written = (Path(folder) / "out").exists()
    assert result.exit_code in (0, 2), (result.exit_code, result.output)
    assert written == (result.exit_code == 0)
    assert "Traceback" not in result.output
    return result


@CHECKS
@given(data=headers())
def test_random_headers(run: Run, data: bytes) -> None:
    run_on(run, "scan.nii", data)


@CHECKS
@given(
    array=label_arrays(),
    spacing=st.tuples(*[st.sampled_from([0.5, 1.0, 2.0, 3.5])] * 3),
    signs=st.tuples(*[st.sampled_from([-1, 1])] * 3),
)
def test_random_label_sets(
    run: Run, array: NDArray[np.uint8], spacing: tuple[float, ...], signs: tuple[int, ...]
) -> None:
    affine = np.diag([*(s * d for s, d in zip(signs, spacing, strict=True)), 1.0])
    run_on(run, "labels.nii", nib.Nifti1Image(array, affine).to_bytes())


@settings(CHECKS, max_examples=30)
@given(
    data=st.binary(max_size=2000), name=st.sampled_from(["a.nii", "a.nii.gz", "a.zip", "a.dcm", "a.csv", "a.mrk.json"])
)
def test_random_bytes(run: Run, data: bytes, name: str) -> None:
    run_on(run, name, data)
