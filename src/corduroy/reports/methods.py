"""The definitions behind the numbers, as they stand in every report."""

from __future__ import annotations

from corduroy.morphometry.results import SpineMeasurement


def methods_of(measurement: SpineMeasurement) -> list[dict[str, str]]:
    """The definitions that hold for this measurement: of a reader's points, or of labels."""
    if "placement_sd_mm" not in measurement.provenance.settings:
        return _METHODS
    own = {method["term"]: method for method in _POINT_METHODS}
    return [own.get(method["term"], method) for method in _METHODS if method["term"] != "Canal"]


_METHODS: list[dict[str, str]] = [
    {
        "term": "Heights",
        "text": "Distance between the fitted endplates at 10, 50 and 90 % of the body's depth from its posterior "
        "wall, in the vertebra's own mid-sagittal plane; drawn as coloured lines in the sagittal view.",
    },
    {
        "term": "Reference and loss",
        "text": "The reference is the mean of the same height of the intact vertebrae above and below; with one "
        "of them only, that one's times the expected growth from level to level; with none, the published growth "
        "curve scaled to the patient. Loss is the missing part in percent of the reference.",
    },
    {
        "term": "Deformity and Genant grade",
        "text": "Deformity is the largest of the three losses in percent or, if larger, the vertebra's own difference "
        "between its lowest and highest mid-sagittal height, counted up to 40 %. Grade 1 (mild) from "
        "20 %, 2 (moderate) from 25 %, 3 (severe) above 40 %; wedge, biconcave or crush by which height is lost most "
        "(doi 10.1002/jbmr.5650080915). A grade by height alone does not tell a fracture from a congenital or "
        "developmental short vertebra, and is no diagnosis.",
    },
    {
        "term": "Angles",
        "text": "The wedge (local) angle lies between the endplates of one vertebra. The regional Cobb angle lies "
        "between the superior endplate of the vertebra above and the inferior endplate of the one below. Both are "
        "positive for kyphosis. Heights and angles of a fractured vertebra differ by about 3 mm and 5° between "
        "lying and sitting with no treatment at all (doi 10.1186/s13018-023-03758-w): compare only like with like.",
    },
    {
        "term": "Canal",
        "text": "The narrowest closed cross-section perpendicular to the canal at each vertebra. Narrowing is "
        "(reference − area) / reference, the reference being the mean of the neighbours above and below "
        "(doi 10.1371/journal.pone.0135735). Soft tissue in the canal is not seen in a label map of bone.",
    },
    {
        "term": "Uncertainty and confidence",
        "text": "± is the half-width of the interval in which the true value lies in 95 of 100 cases, by the image's "
        "resolution and the fit of the surfaces. Confidence runs from 0 to 1 and falls with each flag. A dash "
        "means that the quantity could not be measured; it is never a guess.",
    },
]

# Where a reader's six points mean something else.
_POINT_METHODS: list[dict[str, str]] = [
    {
        "term": "Heights",
        "text": "Distance between the superior and the inferior point that the reader set at the anterior rim, in the "
        "middle and at the posterior rim.",
    },
    {
        "term": "Deformity and Genant grade",
        "text": "Deformity is the largest of the three losses, in percent. Grade 1 (mild) from 20 %, 2 (moderate) from "
        "25 %, 3 (severe) above 40 %; wedge, biconcave or crush by which height is lost most (doi "
        "10.1002/jbmr.5650080915). A grade by height alone does not tell a fracture from a congenital or developmental "
        "short vertebra, and is no diagnosis.",
    },
    {
        "term": "Uncertainty and confidence",
        "text": "± is the half-width of the interval in which the true value lies in 95 of 100 cases, if points are "
        "set with the standard deviation named below as placement_sd_mm. Confidence runs from 0 to 1 and falls with "
        "each flag. A dash means that the quantity could not be measured; it is never a guess.",
    },
]
