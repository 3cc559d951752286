"""The words that a record may choose from and that no published scale defines.

Scales (Frankel, Yeom, Clavien-Dindo ...) have their words in `corduroy.scales`. Where the field's registries have a
list of their own the words follow it: PTRON (NCT02790983).
"""

from __future__ import annotations

from corduroy.scales import LabelledStr


class Sex(LabelledStr):
    FEMALE = "female", "Female"
    MALE = "male", "Male"
    OTHER = "other", "Other"


class Presentation(LabelledStr):
    PAIN = "pain", "Local or axial pain"
    RADICULOPATHY = "radiculopathy", "Radicular pain or deficit"
    MYELOPATHY = "myelopathy", "Myelopathy"
    CAUDA_EQUINA = "cauda", "Cauda equina syndrome"
    FRACTURE = "fracture", "Pathological compression fracture"
    EPIDURAL_BLEEDING = "epidural_bleeding", "Epidural haemorrhage"
    INCIDENTAL = "incidental", "Found by chance"


class Onset(LabelledStr):
    ACUTE = "acute", "Within 48 hours"
    SUBACUTE = "subacute", "Within 3 months"
    CHRONIC = "chronic", "Longer than 3 months"


class PriorTreatment(LabelledStr):
    NONE = "none", "None"
    SURGERY = "surgery", "Surgery"
    CEMENT = "cement", "Vertebroplasty or kyphoplasty"
    EMBOLIZATION = "embolization", "Embolization"
    ETHANOL = "ethanol", "Ethanol injection"
    RADIOTHERAPY = "radiotherapy", "Radiotherapy"
    DRUGS = "drugs", "Bisphosphonate or denosumab"


class Visit(LabelledStr):
    """Planned points in time; the date of an assessment is kept besides."""

    PREOPERATIVE = "preop", "Before surgery"
    DISCHARGE = "discharge", "Discharge"
    WEEK_6 = "w6", "6 weeks"
    MONTH_3 = "m3", "3 months"
    MONTH_6 = "m6", "6 months"
    MONTH_12 = "m12", "12 months"
    MONTH_24 = "m24", "24 months"
    MONTH_36 = "m36", "36 months"
    LATER = "later", "Later than 36 months"
    UNPLANNED = "unplanned", "Unplanned visit"


class YesNoUnknown(LabelledStr):
    YES = "yes", "Yes"
    NO = "no", "No"
    UNKNOWN = "unknown", "Not known"


class Ambulation(LabelledStr):
    INDEPENDENT = "independent", "Walks unaided"
    AID = "aid", "Walks with an aid"
    HELP = "help", "Walks with another person's help"
    WHEELCHAIR = "wheelchair", "Wheelchair"
    BED = "bed", "Bedridden"


class Bladder(LabelledStr):
    NORMAL = "normal", "Normal"
    DISTURBED = "disturbed", "Urgency, hesitancy or residual urine"
    CATHETER = "catheter", "Retention or incontinence, catheter"


class Work(LabelledStr):
    FULL = "full", "Full work or all usual duties"
    REDUCED = "reduced", "Reduced"
    NONE = "none", "Not working because of the spine"
    OTHER = "other", "Not working for another reason, retired"


class ImagingModality(LabelledStr):
    CT = "CT", "CT"
    MR = "MR", "MRI"
    RADIOGRAPH = "radiograph", "Radiograph"
    ANGIOGRAPHY = "angiography", "Angiography"


class ImagingPosture(LabelledStr):
    SUPINE = "supine", "Supine"
    PRONE = "prone", "Prone"
    STANDING = "standing", "Standing"
    SITTING = "sitting", "Sitting"
    UNKNOWN = "unknown", "Not recorded"


class Quantity(LabelledStr):
    """What was measured on a vertebra; the unit is part of the definition."""

    HEIGHT_ANTERIOR = "height_ant", "Anterior vertebral body height (mm)"
    HEIGHT_MIDDLE = "height_mid", "Middle vertebral body height (mm)"
    HEIGHT_POSTERIOR = "height_post", "Posterior vertebral body height (mm)"
    REFERENCE_HEIGHT = "height_ref", "Anterior reference height, from the neighbours (mm)"
    WEDGE_ANGLE = "wedge", "Local (wedge) kyphosis angle (degrees)"
    REGIONAL_COBB = "cobb", "Regional Cobb angle, one level above to one below (degrees)"
    CANAL_AREA = "canal_area", "Spinal canal area (mm²)"
    CANAL_COMPROMISE = "canal_comp", "Spinal canal compromise, by area (%)"
    TRABECULAR_HU = "hu", "Mean trabecular density (HU)"


class BiopsyRoute(LabelledStr):
    TRANSPEDICULAR = "transpedicular", "Transpedicular"
    COSTOVERTEBRAL = "costovertebral", "Transcostovertebral"
    POSTEROLATERAL = "posterolateral", "Posterolateral"
    OPEN = "open", "Open"


class BiopsyGuidance(LabelledStr):
    CT = "ct", "CT"
    FLUOROSCOPY = "fluoro", "Fluoroscopy"
    OPEN = "open", "Open, in surgery"


class EmbolicAgent(LabelledStr):
    PVA = "pva", "Polyvinyl alcohol particles"
    MICROSPHERES = "spheres", "Calibrated microspheres"
    GELATIN = "gelatin", "Gelatin sponge"
    COILS = "coils", "Coils"
    GLUE = "nbca", "n-butyl cyanoacrylate"
    EVOH = "evoh", "Ethylene vinyl alcohol (Onyx and the like)"
    ETHANOL = "ethanol", "Ethanol"


class BloodLossMethod(LabelledStr):
    SUCTION_SPONGES = "suction", "Suction and weighed sponges"
    ESTIMATE = "estimate", "Anaesthetist's or surgeon's estimate"
    HAEMOGLOBIN = "haemoglobin", "Calculated from haemoglobin"
    UNKNOWN = "unknown", "Not recorded"


class GelatinUse(LabelledStr):
    NONE = "none", "None"
    BEFORE = "before", "Before the cement"
    MIXED = "mixed", "Mixed with the cement"


class SideInjected(LabelledStr):
    LEFT = "left", "Left"
    RIGHT = "right", "Right"
    BOTH = "both", "Both"


class Navigation(LabelledStr):
    NONE = "none", "None (landmarks)"
    FLUOROSCOPY = "fluoro", "Fluoroscopy"
    CT = "ct", "CT or cone-beam CT navigation"
    ROBOT = "robot", "Robot"


class Procedure(LabelledStr):
    """To which procedure a complication belongs: embolization and operation are graded apart."""

    BIOPSY = "biopsy", "Biopsy"
    EMBOLIZATION = "embolization", "Embolization"
    OPERATION = "operation", "Operation"


class ComplicationType(LabelledStr):
    DURAL_TEAR = "dural_tear", "Dural tear"
    NEUROLOGICAL = "neurological", "New neurological deficit"
    HAEMATOMA = "haematoma", "Epidural haematoma"
    INFECTION = "infection", "Surgical site infection"
    CEMENT_EMBOLISM = "cement_embolism", "Cement embolism"
    CEMENT_LEAK_SYMPTOMS = "symptomatic_leak", "Cement leak with symptoms"
    THROMBOEMBOLISM = "thromboembolism", "Deep vein thrombosis or pulmonary embolism"
    CORD_ISCHAEMIA = "cord_ischaemia", "Spinal cord ischaemia"
    IMPLANT = "implant", "Implant failure"
    PLEURA = "pleura", "Pleural tear or pneumothorax"
    BLEEDING = "bleeding", "Bleeding with transfusion beyond what was planned"
    MEDICAL = "medical", "General medical"
    OTHER = "other", "Other"


class EventType(LabelledStr):
    FOLLOW_UP = "follow_up", "Seen, nothing new"
    RECURRENCE = "recurrence", "Recurrence"
    REFRACTURE = "refracture", "Re-fracture of the treated vertebra"
    ADJACENT_FRACTURE = "adjacent", "Fracture of an adjacent vertebra"
    REOPERATION = "reoperation", "Reoperation"
    DEATH = "death", "Death"
    LOST = "lost", "Lost to follow-up"


class RecurrenceDefinition(LabelledStr):
    IMAGING = "imaging", "Growth on imaging, no symptoms"
    CLINICAL = "clinical", "Symptoms with growth on imaging"
    HISTOLOGY = "histology", "Confirmed by histology"


class ConsentScope(LabelledStr):
    TREATMENT_DATA = "registry", "Registry"
    PUBLICATION = "publication", "Registry and publication"
    WAIVED = "waived", "Waived by the ethics committee"
    REFUSED = "refused", "Refused"
