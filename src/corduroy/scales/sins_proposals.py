"""Items of SINS as imaging suggests them. Each rule names the bound that it uses; a person confirms."""

from __future__ import annotations

from corduroy.anatomy.level import Level
from corduroy.scales.items import Proposed, Reading, propose
from corduroy.scales.sins import SinsAlignment, SinsCollapse, SinsLocation, SinsPosterolateral

# Fisher 2010 prints ">50%" and "<50%": 50.0 itself is left open. Here it belongs to the lower class, since the
# higher one is printed as "more than". Decided in this one place.
_HALF_PERCENT = 50.0
# Fisher 2010 names no least loss that counts as collapse. Author's choice: Genant's bound of a fracture
# (10.1002/jbmr.5650080915), below which a loss is within normal variation.
_COLLAPSE_FROM_PERCENT = 20.0
# No published bounds. Author's choice: twice the 5 degrees by which readers of a Cobb angle commonly differ (that
# figure is not verified against a primary source), and a slip that is clearly more than a voxel of a usual CT.
_DEFORMITY_FROM_DEG = 10.0
_SLIP_FROM_MM = 3.0

_JUNCTIONAL = "C1 C2 C7 T1 T2 T11 T12 T13 L1 L5 L6 S1"
_MOBILE = "C3 C4 C5 C6 L2 L3 L4"
_LOCATIONS = dict.fromkeys(Level, SinsLocation.SEMIRIGID) | {
    **dict.fromkeys(map(Level, _JUNCTIONAL.split()), SinsLocation.JUNCTIONAL),
    **dict.fromkeys(map(Level, _MOBILE.split()), SinsLocation.MOBILE),
}
_UNPRINTED = {
    Level.T13: "T13 is not in the table; it lies between T11 and L1",
    Level.L6: "L6 is not in the table; it lies between L5 and S1",
    Level.S1: "S1 alone is not in the table; read as part of L5-S1 (author's choice)",
}


def propose_sins_location(level: Level) -> Proposed[SinsLocation]:
    """Location from the level's name.

    Notes
    -----
    Source: Fisher et al. 2010, Spine 35:E1221. The table leaves S1 alone, T13 and L6 open: all three are proposed
    as junctional, and the basis says so. S2 to S5 (rigid) are no `Level`; a person sets them.
    """
    return Proposed(_LOCATIONS[Level(level)], _UNPRINTED.get(level, f"level {level}"))


def propose_sins_collapse(
    greatest_loss_percent: Reading, involved_percent: Reading | None
) -> Proposed[SinsCollapse] | None:
    """Collapse from the loss of height and the involved share of the body.

    Parameters
    ----------
    greatest_loss_percent : Reading
        The greatest of the three height losses, percent of the reference height.
    involved_percent : Reading or None
        Share of the body's volume that the lesion takes, percent. Needed where there is no collapse.

    Returns
    -------
    Proposed or None
        None if there may be no collapse and the share is unknown.

    Notes
    -----
    Source: Fisher et al. 2010, Spine 35:E1221. Exactly 50 % is left open there; here it counts as "below". What
    counts as collapse at all is not defined there; here it is a loss from 20 % (author's choice, Genant's bound).
    """
    basis = f"greatest height loss {greatest_loss_percent.value:.0f} %, collapse counted from 20 %"
    if involved_percent is None:
        if greatest_loss_percent.corners[0] < _COLLAPSE_FROM_PERCENT:
            return None
        return propose(lambda loss: _collapse(loss, 0.0), basis, greatest_loss_percent)
    basis += f"; {involved_percent.value:.0f} % of the body involved"
    return propose(_collapse, basis, greatest_loss_percent, involved_percent)


def propose_sins_alignment(excess_kyphosis_deg: Reading, slip_mm: Reading) -> Proposed[SinsAlignment]:
    """Alignment from the kyphosis beyond what is expected and the slip against the neighbour.

    Parameters
    ----------
    excess_kyphosis_deg : Reading
        Regional angle less the angle on an earlier image or expected at this level; kyphosis positive. Degrees.
    slip_mm : Reading
        Shift of the body against its neighbour in the axial plane, in any direction. Millimetres.

    Returns
    -------
    Proposed
        Both readings are needed: without the slip "normal" would be a guess.

    Notes
    -----
    Source of the classes: Fisher et al. 2010, Spine 35:E1221. It gives no bounds; 10 degrees and 3 mm are the author's
    choice. "De novo" is a comparison in time, and scoliosis is not looked at here: the reader decides.
    """
    basis = f"kyphosis {excess_kyphosis_deg.value:+.0f}° beyond expected, slip {slip_mm.value:.1f} mm"
    size_mm = Reading(abs(slip_mm.value), slip_mm.half_width)
    return propose(_alignment, f"{basis} (bounds 10° and 3 mm: author's choice)", excess_kyphosis_deg, size_mm)


def propose_sins_posterolateral(left: bool | None, right: bool | None) -> Proposed[SinsPosterolateral] | None:
    """Posterolateral involvement from the involved sides.

    Parameters
    ----------
    left, right : bool or None
        Whether facet, pedicle or costovertebral joint of that side is involved; None if it could not be seen.

    Returns
    -------
    Proposed or None
        One side involved and the other unseen: unilateral, bilateral being possible. One side free and the other
        unseen, or both unseen: None.

    Notes
    -----
    Source: Fisher et al. 2010, Spine 35:E1221.
    """
    if left and right:
        return Proposed(SinsPosterolateral.BILATERAL, "left and right involved")
    if left or right:
        seen, other = ("left", right) if left else ("right", left)
        if other is None:
            open_side = (SinsPosterolateral.BILATERAL,)
            return Proposed(SinsPosterolateral.UNILATERAL, f"{seen} involved, other side not seen", open_side)
        return Proposed(SinsPosterolateral.UNILATERAL, f"{seen} involved, other side free")
    if left is None or right is None:
        return None
    return Proposed(SinsPosterolateral.NONE, "left and right free")


def _collapse(loss_percent: float, involved_percent: float) -> SinsCollapse:
    if loss_percent > _HALF_PERCENT:
        return SinsCollapse.MORE_THAN_HALF
    if loss_percent >= _COLLAPSE_FROM_PERCENT:
        return SinsCollapse.UP_TO_HALF
    return SinsCollapse.INVOLVED if involved_percent > _HALF_PERCENT else SinsCollapse.NONE


def _alignment(excess_kyphosis_deg: float, slip_mm: float) -> SinsAlignment:
    if slip_mm >= _SLIP_FROM_MM:
        return SinsAlignment.SUBLUXATION
    return SinsAlignment.DEFORMITY if excess_kyphosis_deg >= _DEFORMITY_FROM_DEG else SinsAlignment.NORMAL
