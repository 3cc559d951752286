"""Programs that turn a CT into a label map: what Corduroy asks of them, and the adapter to TotalSegmentator."""

from __future__ import annotations

import importlib
import json
import os
from importlib import metadata, util
from pathlib import Path
from typing import Any, Protocol
from warnings import catch_warnings, simplefilter

import nibabel as nib
import numpy as np

from corduroy.anatomy.scheme_tables import TOTALSEGMENTATOR, LabelScheme
from corduroy.errors import CorduroyError, GeometryError, LabelError, MissingPartError
from corduroy.imaging.volume import LabelMap, Volume

BESIDE_THE_SPINE = ("spinal_cord", "aorta", "inferior_vena_cava")
"""What is asked for beside the vertebrae and the sacrum: what a needle must not meet, and the canal's content."""

# The five part models of `total`, all of which the program looks for whatever is asked for, and the 6 mm model
# by which it finds the region to work on (TotalSegmentator 2.18.0, map_tasks_config.py and python_api.py).
_DATASETS = (291, 292, 293, 294, 295, 298)


class Segmenter(Protocol):
    """Something that labels the vertebrae of a CT."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    @property
    def version(self) -> str:
        """The version that would run now."""
        ...

    @property
    def scheme(self) -> LabelScheme:
        """What its labels mean."""
        ...

    def segment(self, ct: Volume) -> LabelMap:
        """Label the vertebrae of `ct`, on its grid."""
        ...


class TotalSegmentatorSegmenter:
    """TotalSegmentator's `total` task, restricted to the spine and what lies beside it.

    Runs wholly on this computer. Its usage statistics are turned off in its own configuration before it is
    called, and no weights are fetched: where they are missing, the error says which and where they are looked for.

    Parameters
    ----------
    device : str
        ``"gpu"``, ``"gpu:1"``, ``"cpu"`` or ``"mps"``; a missing GPU makes it use the CPU.

    References
    ----------
    Wasserthal et al. 2023, 10.1148/ryai.230024. Read from version 2.18.0.
    """

    name = "TotalSegmentator total"
    scheme = TOTALSEGMENTATOR

    def __init__(self, device: str = "gpu") -> None:
        self.device = device

    @property
    def version(self) -> str:
        """The installed version, or ``"not installed"``."""
        try:
            return metadata.version("TotalSegmentator")
        except metadata.PackageNotFoundError:
            return "not installed"

    def segment(self, ct: Volume) -> LabelMap:
        """Label the vertebrae, sacrum, cord, aorta and inferior vena cava of a CT.

        Parameters
        ----------
        ct : Volume
            Hounsfield units.

        Returns
        -------
        LabelMap
            On the grid of `ct`, in the scheme ``totalsegmentator``.

        Raises
        ------
        MissingPartError
            If the package or its weights are not there.
        CorduroyError
            If the program fails; its own words are in the message.
        LabelError
            If it finds no vertebra.

        Notes
        -----
        When this misleads: by its maintainers' count the levels of 1-2 % of cases are mixed up, more where
        vertebrae are transitional or fractured; `check_labels` looks for that.
        """
        _require_package()
        _require_weights()
        turn_statistics_off()
        run = _python_api()
        image = nib.Nifti1Image(np.asarray(ct.array, dtype=np.float32), ct.affine)
        try:
            with catch_warnings():
                simplefilter("ignore")  # its libraries' notices are not ours to repeat
                result = run(
                    image,
                    None,
                    ml=True,
                    task="total",
                    roi_subset=_wanted_classes(),
                    device=self.device,
                    quiet=True,
                )
        except (RuntimeError, OSError, ValueError) as error:
            raise CorduroyError(
                f"TotalSegmentator {self.version} failed on {ct.name}: {error}",
                do="run it by itself, or give a label map (--labels)",
            ) from error
        return _as_labels(result, ct)


def totalsegmentator_home() -> Path:
    """Where TotalSegmentator keeps its configuration, by its own rule."""
    if "TOTALSEG_HOME_DIR" in os.environ:
        return Path(os.environ["TOTALSEG_HOME_DIR"])
    home = Path.home()
    return (Path("/tmp") if str(home) == "/" else home) / ".totalsegmentator"


def totalsegmentator_weights() -> Path:
    """Where TotalSegmentator looks for its weights, by its own rule."""
    if "TOTALSEG_WEIGHTS_PATH" in os.environ:
        return Path(os.environ["TOTALSEG_WEIGHTS_PATH"])
    return totalsegmentator_home() / "nnunet" / "results"


def turn_statistics_off() -> Path:
    """Write into TotalSegmentator's configuration that nothing is sent; other settings stay.

    Returns
    -------
    Path
        The configuration file.
    """
    path = totalsegmentator_home() / "config.json"
    config = {"totalseg_id": "totalseg_corduroy", "prediction_counter": 0} | _read_config(path)
    config |= {"send_usage_stats": False, "statistics_disclaimer_shown": True}
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(json.dumps(config, indent=4), encoding="utf-8")
    beside.replace(path)
    return path


def _read_config(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        config = None
    if not isinstance(config, dict):
        raise CorduroyError(f"{path} is no configuration of TotalSegmentator", "a JSON object", "remove the file")
    return config


def _require_package() -> None:
    if util.find_spec("totalsegmentator") is None:
        raise MissingPartError(
            "TotalSegmentator is not installed, and there is no label map",
            do="give a label map (--labels), or install it with pip install TotalSegmentator",
        )


def _require_weights() -> None:
    folder = totalsegmentator_weights()
    missing = [number for number in _DATASETS if not any(folder.glob(f"Dataset{number}_*/"))]
    if missing:
        raise MissingPartError(
            f"TotalSegmentator's weights are missing: no folder {_names(missing)} in {folder}",
            f"the folders {_names(_DATASETS)} of its task total",
            "fetch them with totalseg_download_weights -t total on a computer with internet access and copy "
            "them there, or set TOTALSEG_WEIGHTS_PATH to the folder that holds them",
        )


def _names(datasets: tuple[int, ...] | list[int]) -> str:
    return ", ".join(f"Dataset{number}_*" for number in datasets)


def _python_api() -> Any:
    try:
        return importlib.import_module("totalsegmentator.python_api").totalsegmentator
    except ImportError as error:
        raise MissingPartError(
            f"TotalSegmentator is installed but cannot be loaded: {error}",
            do="install it anew with pip install TotalSegmentator",
        ) from error


def _wanted_classes() -> list[str]:
    vertebrae = [f"vertebrae_{level}" for level in TOTALSEGMENTATOR.levels_in(TOTALSEGMENTATOR.levels)]
    return [*vertebrae, "sacrum", *BESIDE_THE_SPINE]


def _as_labels(image: Any, ct: Volume) -> LabelMap:
    labels = LabelMap.from_any(np.asanyarray(image.dataobj).astype(np.uint8), image.affine, f"labels of {ct.name}")
    if not labels.same_grid_as(ct):
        raise GeometryError(f"TotalSegmentator's result has another grid than {ct.name}", "the grid of the CT")
    if not TOTALSEGMENTATOR.levels_in(labels.labels):
        raise LabelError(f"TotalSegmentator found no vertebra in {ct.name}", "a CT that shows the spine")
    return labels
