from .canal_tube import CanalTube, canal_tube
from .frame import Frame
from .level import Level
from .posterior import Part, Pedicle, PosteriorElements, Side, find_posterior_elements
from .quality import Finding, LevelQuality, QualityFlag, QualityReport, check_labels, confidence
from .schemes import SCHEMES, LabelScheme, recognise, recognise_map, scheme_named
from .segmenter import Segmenter, TotalSegmentatorSegmenter
from .spine import Spine, build_spine
from .vertebra import Body, Vertebra

__all__ = [
    "SCHEMES",
    "Body",
    "CanalTube",
    "Finding",
    "Frame",
    "LabelScheme",
    "Level",
    "LevelQuality",
    "Part",
    "Pedicle",
    "PosteriorElements",
    "QualityFlag",
    "QualityReport",
    "Segmenter",
    "Side",
    "Spine",
    "TotalSegmentatorSegmenter",
    "Vertebra",
    "build_spine",
    "canal_tube",
    "check_labels",
    "confidence",
    "find_posterior_elements",
    "recognise",
    "recognise_map",
    "scheme_named",
]
