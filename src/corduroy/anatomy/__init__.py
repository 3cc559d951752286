"""Vertebrae from a label map: levels, schemes, frames, bodies, endplates, canal and posterior elements."""

from corduroy.anatomy.canal_tube import CanalTube, canal_tube
from corduroy.anatomy.frame import Frame
from corduroy.anatomy.level import Level
from corduroy.anatomy.posterior import Part, Pedicle, PosteriorElements, Side, find_posterior_elements
from corduroy.anatomy.quality import Finding, LevelQuality, QualityFlag, QualityReport, check_labels, confidence
from corduroy.anatomy.schemes import SCHEMES, LabelScheme, recognise, recognise_map, scheme_named
from corduroy.anatomy.segmenter import Segmenter, TotalSegmentatorSegmenter
from corduroy.anatomy.spine import Spine, build_spine
from corduroy.anatomy.vertebra import Body, Vertebra

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
