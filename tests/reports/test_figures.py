from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from corduroy.anatomy.level import Level
from corduroy.imaging.volume import LabelMap
from corduroy.morphometry.results import CanalMeasurement, SpineMeasurement
from corduroy.pipeline.images import CaseImages
from corduroy.reports.axial import draw_axial, narrowest_canal
from corduroy.reports.planes import across_canal, mid_sagittal
from corduroy.reports.profile import draw_profile
from corduroy.reports.sagittal import draw_sagittal
from corduroy.reports.solid import LEFT, LEFT_POSTERIOR, draw_solid, view_axes
from corduroy.reports.style import CANAL, FRACTURE


def texts(figure: Figure) -> dict[str, tuple[float, float]]:
    """All texts with their places, as fractions of the figure."""
    figure.canvas.draw()
    size = figure.bbox.size
    found = {}
    for axes in figure.axes:
        for text in axes.texts:
            box = text.get_window_extent()
            x, y = (box.p0 + box.p1) / 2 / size
            found[text.get_text()] = (float(x), float(y))
    return found


def boxes(figure: Figure) -> list[tuple[str, NDArray[np.float64]]]:
    figure.canvas.draw()
    return [(t.get_text(), t.get_window_extent().extents) for axes in figure.axes for t in axes.texts]


def test_the_patients_right_is_on_the_left_of_the_axial_view(measurement: SpineMeasurement, images: CaseImages) -> None:
    """The marker lies at the patient's right, the letters say so, and the picture shows it there."""
    vertebra = measurement["T12"]
    assert images.ct is not None
    grey = across_canal(vertebra).grey(images.ct)
    columns = np.argwhere(grey > 800)[:, 1]
    assert columns.max() < grey.shape[1] * 0.2
    figure = draw_axial(measurement, images)
    assert figure is not None
    places = texts(figure)
    assert places["R"][0] < 0.1 < 0.9 < places["L"][0]
    assert places["P"][1] < 0.1 < 0.9 < places["A"][1]


def test_anterior_is_on_the_left_of_the_sagittal_view(measurement: SpineMeasurement, images: CaseImages) -> None:
    sheet = mid_sagittal(list(measurement.vertebrae))
    assert images.labels is not None
    columns = np.argwhere(sheet.labels(images.labels) == images.label_of[Level.T12])[:, 1]
    y = sheet.frame.local(sheet.points[0, [columns.min(), columns.max()]])[:, 1]
    assert y[0] > y[1]
    figure = draw_sagittal(measurement, images)
    assert figure is not None
    places = texts(figure)
    assert places["A"][0] < 0.1 < 0.9 < places["P"][0]


def test_the_sagittal_sheet_follows_a_lateral_curve(measurement: SpineMeasurement) -> None:
    """All centres lie in the sheet, though they do not lie in one plane."""
    vertebrae = list(measurement.vertebrae)
    sheet = mid_sagittal(vertebrae)
    for vertebra in vertebrae:
        assert vertebra.landmarks is not None
        gap = np.linalg.norm(sheet.points - vertebra.landmarks.centre, axis=-1).min()
        assert gap < 0.5


def test_levels_run_down_the_sagittal_view_and_the_fracture_is_named(
    measurement: SpineMeasurement, images: CaseImages
) -> None:
    figure = draw_sagittal(measurement, images)
    assert figure is not None
    places = texts(figure)
    heights = [places[str(v.level)][1] for v in measurement.vertebrae]
    assert heights == sorted(heights, reverse=True)
    assert "Genant 2\nwedge 32 %" in places
    assert "wedge 16°" in places
    assert "regional\nCobb 18°" in places
    assert "20 mm" in places


@pytest.mark.parametrize("draw", [draw_sagittal, draw_axial, draw_solid])
def test_no_text_is_cut_or_covered(draw: object, measurement: SpineMeasurement, images: CaseImages) -> None:
    figure = draw(measurement, images)  # type: ignore[operator]
    width, height = figure.bbox.size
    found = boxes(figure)
    for index, (name, box) in enumerate(found):
        assert box[0] >= 0, name
        assert box[1] >= 0, name
        assert box[2] <= width, name
        assert box[3] <= height, name
        for other, place in found[index + 1 :]:
            apart = box[2] <= place[0] or place[2] <= box[0] or box[3] <= place[1] or place[3] <= box[1]
            assert apart, (name, other)


def test_the_narrowest_canal_is_the_most_compromised_one(measurement: SpineMeasurement) -> None:
    narrowest = narrowest_canal(measurement)
    assert narrowest is not None
    assert narrowest.level == Level.T12


def test_without_comparison_the_smallest_area_counts(measurement: SpineMeasurement) -> None:
    bare = [replace(v, canal=replace(v.canal, compromise=None)) for v in measurement.vertebrae]
    narrowest = narrowest_canal(replace(measurement, vertebrae=tuple(bare)))
    assert narrowest is not None
    assert narrowest.level == Level.T12
    none = [replace(v, canal=CanalMeasurement()) for v in measurement.vertebrae]
    assert narrowest_canal(replace(measurement, vertebrae=tuple(none))) is None


def test_the_canal_contour_is_drawn_where_it_is(measurement: SpineMeasurement, images: CaseImages) -> None:
    figure = draw_axial(measurement, images)
    assert figure is not None
    line = next(line for line in figure.axes[0].lines if line.get_color() == CANAL)
    x, y = np.asarray(line.get_data(), dtype=float)
    assert np.ptp(x) == pytest.approx(20.8, abs=0.1)
    assert np.ptp(y) == pytest.approx(12.0, abs=0.1)
    assert abs(x.mean()) < 0.5


def test_the_3d_views_look_from_where_they_say(measurement: SpineMeasurement) -> None:
    frame = mid_sagittal(list(measurement.vertebrae)).frame
    left = view_axes(frame, LEFT)
    assert left[:, 2] @ frame.right == pytest.approx(-1)
    assert left[:, 0] @ frame.anterior == pytest.approx(-1)
    behind = view_axes(frame, LEFT_POSTERIOR)
    assert behind[:, 2] @ frame.anterior < 0
    assert behind[:, 2] @ frame.right < 0
    assert behind[:, 0] @ frame.right > 0


def test_the_fractured_vertebra_is_coloured_in_3d(measurement: SpineMeasurement, images: CaseImages) -> None:
    figure = draw_solid(measurement, images)
    assert figure is not None
    picture = np.asarray(figure.axes[1].images[0].get_array())
    orange = (picture[..., 3] > 0.9) & (picture[..., 0] > 2.0 * picture[..., 2]) & (picture[..., 0] > 0.2)
    rows = np.argwhere(orange)[:, 0] / picture.shape[0]
    assert 0.4 < rows.mean() < 0.6
    assert np.ptp(rows) < 0.35


def test_other_structures_in_the_label_map_are_left_out_of_the_3d_view(
    measurement: SpineMeasurement, images: CaseImages
) -> None:
    """A rib touches T12, a cord runs through the canal."""
    assert images.labels is not None
    array = images.labels.array.copy()
    array[60:, :, 85:95][array[60:, :, 85:95] == 0] = 92
    array[48:52, 40:46][array[48:52, 40:46] == 0] = 79
    crowded = LabelMap(array, images.labels.affine, "labels")
    plain, other = (draw_solid(measurement, replace(images, labels=m)) for m in (images.labels, crowded))
    assert plain is not None
    assert other is not None
    for before, after in zip(plain.axes, other.axes, strict=True):
        assert np.array_equal(before.images[0].get_array(), after.images[0].get_array())


def test_the_profile_marks_the_fracture_and_carries_the_bars(measurement: SpineMeasurement) -> None:
    figure = draw_profile(measurement)
    assert len(figure.axes) == 3
    names = texts(figure)
    assert {"−32 %", "−22 %", "−4 %"} <= names.keys()
    colours = [label.get_color() for label in figure.axes[0].get_xticklabels()]
    assert colours.count(FRACTURE) == 1


def test_the_profile_of_a_long_spine_names_its_levels_below(measurement: SpineMeasurement) -> None:
    names = ["T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12", "L1", "L2", "L3"]
    long = [replace(measurement["T12" if name == "T12" else "L1"], level=Level(name)) for name in names]
    figure = draw_profile(replace(measurement, vertebrae=tuple(long)))
    figure.canvas.draw()
    labels = figure.axes[-1].get_xticklabels()
    assert [label.get_text() for label in labels] == names
    assert [label.get_color() for label in labels].index(FRACTURE) == names.index("T12")


def test_the_profile_of_a_lone_fracture_shows_its_reference_and_cuts_no_text(measurement: SpineMeasurement) -> None:
    figure = draw_profile(replace(measurement, vertebrae=(measurement["T12"],)))
    figure.canvas.draw()
    for axes in figure.axes:
        bands = [c for c in axes.collections if isinstance(c, PolyCollection)]
        assert max(np.ptp(path.vertices[:, 0]) for band in bands for path in band.get_paths()) > 0.2
        for text in axes.texts:
            assert text.get_window_extent().x1 <= axes.bbox.x1


def test_nothing_is_drawn_of_nothing(measurement: SpineMeasurement, images: CaseImages) -> None:
    bare = replace(measurement, vertebrae=tuple(replace(v, landmarks=None) for v in measurement.vertebrae))
    for draw in (draw_sagittal, draw_axial, draw_solid):
        assert draw(bare, images) is None
        assert draw(measurement, CaseImages("points only")) is None
