"""How large the vertebrae of a synthetic adult are, level by level.

Sources, where the numbers were checked against published text:

- wedge angle of the body T9 to L5: mean of women and men, 10.1007/s00586-009-1256-6, table 1;
- narrowest pedicle at T5 (5.1 mm), widest at L5 (13.6 mm), highest at T11 (17.0 mm), lowest at T1 (8.9 mm):
  Clin Anat 2005;18:404-8 (PubMed 16015613);
- L5: posterior height 26.3, depth about 35, canal 15.6 × 28.2 mm: Int J Spine Surg, CT of Maori and
  European adults, L5 table (ijssurgery.com, markup 11003);
- posterior height 17.6 mm at T2 and 20.5 mm at T9: 10.4103/JASI.JASI_8_19;
- endplates: hollow of 1.5 mm above a disc and 0.7 mm below it: 10.1007/s00586-012-2415-8.

Everything between these anchors, the discs and all processes are the author's choice, of the order of the
anatomical surveys 10.1097/00007632-199108000-00006 (thoracic) and 10.1111/j.1469-7580.2009.01187.x (both),
whose tables were not at hand.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from corduroy.anatomy.level import Level
from corduroy.errors import SettingsError

SUPERIOR_HOLLOW_MM = 0.7
INFERIOR_HOLLOW_MM = 1.5


@dataclass(frozen=True)
class LevelSize:
    """Sizes of one vertebra and of the disc below it.

    Parameters
    ----------
    posterior_height, width, depth : float
        Of the body, mm; width and depth at the endplates.
    wedge_deg : float
        Angle between the endplates, kyphosis positive.
    canal_width, canal_depth : float
        mm.
    pedicle_width, pedicle_height : float
        At the isthmus, mm.
    pedicle_converge_deg : float
        Transverse angle of the pedicle.
    disc_height, disc_wedge_deg : float
        Of the disc below, mm and degrees, kyphosis positive.
    spinous_length, spinous_height, spinous_down_deg : float
        The spinous process, mm and degrees below the horizontal.
    transverse_reach, transverse_back : float
        How far the transverse process reaches lateral of the body and posterior of its root, mm.
    """

    posterior_height: float
    width: float
    depth: float
    wedge_deg: float
    canal_width: float
    canal_depth: float
    pedicle_width: float
    pedicle_height: float
    pedicle_converge_deg: float
    disc_height: float
    disc_wedge_deg: float
    spinous_length: float
    spinous_height: float
    spinous_down_deg: float
    transverse_reach: float
    transverse_back: float

    def scaled(self, factor: float) -> LevelSize:
        """The same shape, larger or smaller: lengths multiplied, angles kept."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return LevelSize(**{n: v if n.endswith("_deg") else v * factor for n, v in values.items()})


#        hp    W     D     wedge  cw    cd    pw    ph    conv  disc  disc°  sl    sh    s°    tr    tb
_TABLE: dict[Level, tuple[float, ...]] = {
    Level.T1: (16.5, 28.0, 18.5, 3.0, 21.5, 15.5, 9.0, 8.9, 30.0, 4.2, 0.4, 28.0, 10.0, 22.0, 20.0, 8.0),
    Level.T2: (17.6, 27.5, 19.5, 3.0, 19.0, 15.5, 7.5, 11.0, 22.0, 4.0, 0.4, 27.0, 9.5, 30.0, 18.0, 10.0),
    Level.T3: (17.8, 26.5, 21.5, 3.2, 18.0, 15.8, 6.3, 11.6, 18.0, 3.8, 0.5, 28.0, 9.0, 36.0, 17.0, 12.0),
    Level.T4: (18.2, 26.0, 23.0, 3.4, 17.2, 16.0, 5.3, 11.9, 14.0, 3.8, 0.5, 30.0, 9.0, 42.0, 17.0, 13.0),
    Level.T5: (18.5, 26.5, 24.2, 3.6, 17.0, 16.0, 5.1, 12.0, 12.0, 4.0, 0.5, 32.0, 9.0, 48.0, 17.0, 14.0),
    Level.T6: (19.0, 27.5, 25.8, 3.8, 17.2, 16.0, 5.4, 12.2, 10.0, 4.2, 0.5, 33.0, 9.0, 50.0, 17.0, 14.5),
    Level.T7: (19.6, 28.7, 27.0, 3.8, 17.3, 15.9, 5.7, 12.4, 9.0, 4.4, 0.5, 33.0, 9.5, 50.0, 16.5, 15.0),
    Level.T8: (20.0, 30.0, 28.0, 3.8, 17.6, 15.8, 6.1, 12.8, 8.0, 4.6, 0.5, 32.0, 10.0, 48.0, 16.0, 15.0),
    Level.T9: (20.5, 31.5, 29.2, 3.8, 17.9, 15.8, 6.7, 13.8, 7.0, 4.8, 0.4, 30.0, 10.5, 40.0, 15.0, 14.5),
    Level.T10: (22.0, 33.5, 30.3, 3.2, 18.3, 15.8, 7.4, 15.2, 5.0, 5.2, 0.2, 27.0, 12.0, 28.0, 13.0, 13.0),
    Level.T11: (23.5, 36.5, 31.5, 5.0, 19.6, 16.2, 8.6, 17.0, 2.0, 5.6, 0.0, 25.0, 14.0, 20.0, 8.0, 10.0),
    Level.T12: (25.5, 40.0, 32.5, 4.2, 22.0, 17.5, 8.6, 16.4, 0.0, 6.5, -1.0, 25.0, 16.0, 14.0, 5.0, 9.0),
    Level.L1: (27.0, 42.0, 33.5, 3.35, 23.0, 17.6, 8.5, 15.8, 6.0, 8.0, -4.0, 28.0, 18.0, 9.0, 13.0, 6.0),
    Level.L2: (27.5, 44.0, 34.2, 1.65, 23.3, 17.0, 9.0, 15.2, 8.0, 9.5, -6.0, 29.0, 19.0, 7.0, 17.0, 5.0),
    Level.L3: (27.5, 46.0, 34.8, 0.1, 23.8, 16.5, 10.2, 14.8, 11.0, 10.5, -8.0, 29.0, 19.0, 6.0, 19.0, 5.0),
    Level.L4: (27.0, 48.0, 35.0, -1.9, 24.8, 16.0, 12.0, 14.6, 15.0, 11.0, -11.0, 27.0, 17.0, 6.0, 15.0, 5.0),
    Level.L5: (26.3, 49.5, 35.0, -6.2, 28.2, 15.6, 13.6, 14.5, 22.0, 10.0, -14.0, 22.0, 14.0, 8.0, 14.0, 5.0),
    Level.S1: (27.0, 50.0, 32.0, -4.0, 30.0, 15.0, 16.0, 17.0, 28.0, 3.0, 0.0, 14.0, 12.0, 20.0, 14.0, 4.0),
}
# Transitional levels take the shape of the last ordinary one.
_TABLE[Level.T13] = _TABLE[Level.T12]
_TABLE[Level.L6] = _TABLE[Level.L5]


def level_size(level: Level) -> LevelSize:
    """Mean sizes at a level from T1 to S1.

    Raises
    ------
    SettingsError
        For cervical levels, which the phantom does not model.
    """
    if level not in _TABLE:
        raise SettingsError(f"phantom of {level}", "levels from T1 to S1", "leave the cervical spine out")
    return LevelSize(*_TABLE[level])
