"""Vertebrae from a label map: levels, schemes, frames, bodies, endplates, canal and posterior elements."""

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.level import Level
from corduroy.anatomy.schemes import recognise, recognise_map, scheme_named
from corduroy.anatomy.spine import Spine, build_spine
from corduroy.anatomy.vertebra import Body, Vertebra

__all__ = [
    "Body",
    "Frame",
    "Level",
    "Spine",
    "Vertebra",
    "build_spine",
    "recognise",
    "recognise_map",
    "scheme_named",
]
