"""Sub-voxel position of a bone surface from the grey values beside it.

A voxel at depth d below the surface sees the outside, a thin shell and the inside, each in the share that its own
box and the scanner's point spread let in. That image is computed forward and fitted to the raw voxels, nothing being
interpolated: surface, grey values and point spread together, by Gauss-Newton steps with robust weights. To place the
edge half-way up the profile instead would put a shell thinner than the blur too far out, by up to half the blur.

After Treece, Gee, Mayhew and Poole 2010 (10.1016/j.media.2010.01.003), who fit a blurred shell to single profiles
across the femur's cortex and hold its density fixed, since a blurred shell shows only the product of density and
thickness. Here the thickness is held, and one smooth surface is fitted to all voxels of an endplate at once.

What "the surface" is stays the label map's affair: the mask may be drawn a little outside or inside the shell, by a
distance that is the same all over one endplate. It is fitted too, from which voxels the mask holds. Those also say
where an endplate lies that runs along a slice, when grey values leave its place within the slice open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from corduroy.anatomy.boundary import prior_precision
from corduroy.anatomy.surface import PolynomialSurface

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# All author's choice. The priors are wide against what CTs of adults show.
SHELL_MM = 0.6  # thickness of the bony endplate
_PSF_MM, _PSF_LOG_SD, _PSF_LOG_RANGE = 0.45, 0.5, (-1.5, 1.1)  # standard deviation; about 1 mm at half maximum
_MARGIN_MM, _MARGIN_SD_MM = 0.3, 0.6  # from the shell's outside to the mask's surface
_OUTSIDE_HU, _SHELL_HU, _INSIDE_HU = (70.0, 80.0, 40.0), (700.0, 400.0, 250.0), (150.0, 120.0, 60.0)
_VOXELS_PER_GRAIN = 3.0  # neighbouring voxels share noise and texture: so many count as one
_MASK_BLUR_VOXELS = 0.15  # how sharply a mask follows its own surface
_MASK_REACH_VOXELS = 1.6
_ROUNDS = 8
_LENIENT_ROUNDS = 3
_TUKEY = 4.685
_MAD_TO_SD = 1.4826
_LEAST_NOISE_HU = 5.0
_LARGEST_STEP_VOXELS = 0.4
_STILL_MM = 0.02
_LOGISTIC_FROM_SD = 0.55  # sqrt(3) / pi


@dataclass(frozen=True, eq=False)
class EdgeVoxels:
    """Voxels on both sides of a surface, n of them.

    Parameters
    ----------
    u, v, height : ndarray, shape (n,)
        Local coordinates of their centres across and along the surface's axis, mm.
    grey : ndarray, shape (n,)
        HU.
    inside : ndarray of bool, shape (n,)
        Whether the mask holds the voxel.
    of_ct, of_mask : ndarray of bool, shape (n,)
        Whether it is a voxel of the CT's grid and of the mask's grid, which may be one.
    clear : ndarray of bool, shape (n,)
        Whether it has a grey value, and one that this surface and the bone beyond can explain.
    box, spread : ndarray, shape (n,)
        What the voxel's box is along the surface's normal: width in mm of its longest edge, and standard deviation
        of what the other two edges add.
    towards : ndarray, shape (n,)
        Cosine between normal and axis, negative where bone lies above the surface.
    beyond : ndarray, shape (n,)
        Depth in mm below the surface of the bone on the other side; minus infinity where none is known.
    """

    u: FloatArray
    v: FloatArray
    height: FloatArray
    grey: FloatArray
    inside: BoolArray
    of_ct: BoolArray
    of_mask: BoolArray
    clear: BoolArray
    box: FloatArray
    spread: FloatArray
    towards: FloatArray
    beyond: FloatArray


@dataclass(frozen=True, eq=False)
class GreyFit:
    """A surface placed on grey values.

    Parameters
    ----------
    surface : PolynomialSurface
        Where the mask's own surface would lie, were its voxels small.
    margin_mm : float
        How far that is outside the shell.
    noise_hu : float
        Robust standard deviation of the grey values about the model.
    slope_hu_mm : float
        Root mean square change of the model with the surface's place, over the voxels that it crosses.
    psf_mm : float
        Standard deviation of the point spread, without the voxel's box.
    kept : float
        Share of the clear voxels that the model describes.
    """

    surface: PolynomialSurface
    margin_mm: float
    noise_hu: float
    slope_hu_mm: float
    psf_mm: float
    kept: float


def fit_edge(surface: PolynomialSurface, voxels: EdgeVoxels, step_mm: float, mask_step_mm: float) -> GreyFit:
    """Move a surface to where a blurred shell there explains the grey values best.

    Parameters
    ----------
    surface : PolynomialSurface
        A first fit, within a voxel or so.
    voxels : EdgeVoxels
        Some of them clear.
    step_mm : float
        Voxel size met along the surface's axis.
    mask_step_mm : float
        The same of the mask.
    """
    model = _ShellModel(surface, voxels, step_mm, mask_step_mm)
    found = model.step(model.start(), lenient=True)
    for turn in range(1, _ROUNDS):
        found = model.step(found, lenient=turn < _LENIENT_ROUNDS)
        if turn > _LENIENT_ROUNDS and found.moved_mm < _STILL_MM:
            break
    return model.result(found)


def step_response(depth: FloatArray, box: FloatArray, sd: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Share of a half-space that a voxel sees, and its derivatives by depth and by `sd`.

    Parameters
    ----------
    depth : ndarray
        Of the voxel's centre below the half-space's surface, mm.
    box : ndarray
        Width of the voxel across the surface, mm: all of it counts alike.
    sd : ndarray
        Standard deviation of the gaussian blur that comes on top, mm.

    Notes
    -----
    With ``F(x) = x P(x) + p(x)``, p and P the normal density and distribution, the share is
    ``(F(a) - F(b)) sd / box`` at ``a, b = (depth ± box / 2) / sd``.
    """
    a, b = (depth + box / 2) / sd, (depth - box / 2) / sd
    above, below = ndtr(a), ndtr(b)
    bell = (np.exp(-0.5 * a * a) - np.exp(-0.5 * b * b)) / np.sqrt(2 * np.pi)
    return (a * above - b * below + bell) * sd / box, (above - below) / box, bell / box


@dataclass(frozen=True, eq=False)
class _Found:
    """The unknowns after a step: coefficients of the surface, logarithm of the blur, margin, grey values."""

    move: FloatArray
    log_psf: float
    margin_mm: float
    hu: FloatArray
    moved_mm: float = np.inf
    noise_hu: float = 0.0
    slope_hu_mm: float = 0.0
    kept: float = 0.0

    @property
    def all(self) -> FloatArray:
        return np.concatenate([self.move, [self.log_psf, self.margin_mm], self.hu])


class _ShellModel:
    """The image of a shell, its derivatives, and one Gauss-Newton step."""

    def __init__(self, surface: PolynomialSurface, voxels: EdgeVoxels, step_mm: float, mask_step_mm: float) -> None:
        self.surface, self.voxels, self.step_mm = surface, voxels, step_mm
        design = surface.design(voxels.u, voxels.v)
        self.lift = design * voxels.towards[:, None]
        self.count = design.shape[1]
        self.depth = (design @ surface.coefficients - voxels.height) * voxels.towards
        self._set_fields()
        self._set_mask(mask_step_mm)

    def _set_fields(self) -> None:
        """Grey values vary over the endplate: linearly outside, as a parabola in shell and bone."""
        ends = zip((self.voxels.u, self.voxels.v), self.surface.centre, self.surface.half_width, strict=True)
        u, v = ((w - c) / h for w, c, h in ends)
        bent = np.column_stack([np.ones_like(u), u, v, u * u, u * v, v * v])
        kinds = [(bent[:, :3], _OUTSIDE_HU), (bent, _SHELL_HU), (bent, _INSIDE_HU)]
        if np.isfinite(self.voxels.beyond).any():
            kinds += [(bent[:, :1], _SHELL_HU), (bent[:, :1], _INSIDE_HU)]
        self.fields = [field for field, _ in kinds]
        sizes = [field.shape[1] for field in self.fields]
        self.parts = np.split(np.arange(sum(sizes)), np.cumsum(sizes)[:-1])
        self.hu = np.concatenate([[mean] + [0.0] * (n - 1) for n, (_, (mean, _, _)) in zip(sizes, kinds, strict=True)])
        hu_sd = [[sd] + [change] * (n - 1) for n, (_, (_, sd, change)) in zip(sizes, kinds, strict=True)]
        shape = prior_precision(self.surface)
        self.precision = np.concatenate([shape, [_PSF_LOG_SD**-2, _MARGIN_SD_MM**-2], np.concatenate(hu_sd) ** -2.0])
        # The prior holds the surface's own coefficients to zero, not their change.
        self.expected = np.concatenate([-self.surface.coefficients, [0.0, _MARGIN_MM], self.hu])

    def _set_mask(self, step_mm: float) -> None:
        near = self.voxels.of_mask & (np.abs(self.depth) < _MASK_REACH_VOXELS * step_mm)
        noise = np.sqrt(max(self.surface.residual_sd**2 - step_mm**2 / 12, 0.0))
        self.mask_blur = float(np.hypot(_MASK_BLUR_VOXELS * step_mm, _LOGISTIC_FROM_SD * noise))
        self.near, self.sign = near, np.where(self.voxels.inside, 1.0, -1.0)[near]
        self.mask_rows = np.column_stack([self.lift[near], np.ones(np.count_nonzero(near))])
        self.mask_columns = np.append(np.arange(self.count), self.count + 1)

    def start(self) -> _Found:
        """The surface as given, typical grey values."""
        return _Found(np.zeros(self.count), 0.0, 0.0, self.hu)

    def step(self, found: _Found, lenient: bool) -> _Found:
        """One step towards the smallest weighted residual."""
        k = self.count
        depth = self.depth + self.lift @ found.move
        basis, slope, by_blur = self._image(depth, found)
        residual = self.voxels.grey - basis @ found.hu
        noise = max(_MAD_TO_SD * float(np.median(np.abs(residual[self.voxels.clear]))), _LEAST_NOISE_HU)
        reach = _TUKEY * noise * (2.0 if lenient else 1.0)
        weight = self.voxels.clear * np.clip(1 - (residual / reach) ** 2, 0.0, None) ** 2
        jacobian = np.hstack([self.lift * slope[:, None], by_blur[:, None], np.zeros((len(depth), 1)), basis])
        weighted = jacobian * (weight / (noise**2 * _VOXELS_PER_GRAIN))[:, None]
        curvature, pull = weighted.T @ jacobian, weighted.T @ residual
        self._add_mask(curvature, pull, depth[self.near] + found.margin_mm)
        curvature[np.diag_indices_from(curvature)] += self.precision + 1e-9
        change = np.linalg.solve(curvature, pull - self.precision * (found.all - self.expected))
        moved = float(np.abs(self.lift @ change[:k]).max())
        change[: k + 2] *= min(1.0, _LARGEST_STEP_VOXELS * self.step_mm / max(moved, 1e-9))
        crossed = np.abs(slope) > 0.5 * np.abs(slope).max()
        return _Found(
            found.move + change[:k],
            float(np.clip(found.log_psf + change[k], *_PSF_LOG_RANGE)),
            found.margin_mm + float(change[k + 1]),
            found.hu + change[k + 2 :],
            moved,
            noise,
            float(np.sqrt((slope[crossed] ** 2).mean())),
            float((weight[self.voxels.clear] > 0.1).mean()),
        )

    def _image(self, depth: FloatArray, found: _Found) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Share of each grey value in every voxel; the image's change with depth and with the logarithm of the blur."""
        psf, box = _PSF_MM * np.exp(found.log_psf), self.voxels.box
        sd = np.hypot(psf, self.voxels.spread)
        outer, outer_slope, outer_blur = step_response(depth, box, sd)
        inner, inner_slope, inner_blur = step_response(depth - SHELL_MM, box, sd)
        shares = [1.0 - outer, outer - inner, inner]
        if len(self.fields) > len(shares):
            reach, _, _ = step_response(self.voxels.beyond, box, sd)
            core, _, _ = step_response(self.voxels.beyond - SHELL_MM, box, sd)
            shares = [1.0 - outer - reach, outer - inner, inner, reach - core, core]
        basis = np.hstack([field * share[:, None] for field, share in zip(self.fields, shares, strict=True)])
        fields = zip(self.fields[:3], self.parts[:3], strict=True)
        out, shell, bone = (field @ found.hu[part] for field, part in fields)
        slope = (shell - out) * outer_slope + (bone - shell) * inner_slope
        return basis, slope, ((shell - out) * outer_blur + (bone - shell) * inner_blur) * psf**2 / sd

    def _add_mask(self, curvature: FloatArray, pull: FloatArray, depth: FloatArray) -> None:
        """Add the logistic loss of the mask's voxels, bounded from above by a parabola so that no step overshoots.

        The bound is that of Jaakkola and Jordan 2000 (10.1023/A:1008932416310).
        """
        margin = depth * self.sign / self.mask_blur
        half = np.tanh(margin / 2)
        bend = half / (2 * np.where(margin == 0, 1.0, margin))
        bend = np.where(margin == 0, 0.25, bend) / self.mask_blur**2
        curvature[np.ix_(self.mask_columns, self.mask_columns)] += (self.mask_rows * bend[:, None]).T @ self.mask_rows
        pull[self.mask_columns] += self.mask_rows.T @ (self.sign * 0.5 * (1.0 - half) / self.mask_blur)

    def result(self, found: _Found) -> GreyFit:
        """What was found, the surface moved out by the margin."""
        coefficients = self.surface.coefficients + found.move
        coefficients[0] += found.margin_mm * np.sign(self.voxels.towards[0])
        return GreyFit(
            self.surface.with_coefficients(coefficients),
            found.margin_mm,
            found.noise_hu,
            found.slope_hu_mm,
            float(_PSF_MM * np.exp(found.log_psf)),
            found.kept,
        )
