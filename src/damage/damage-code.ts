/** Kinds of damage to a stored object. Segments are what viewers see and hear; objects are everything beside them. */
export type DamageCode = "SEGMENT_DAMAGED" | "SEGMENT_MISSING" | "OBJECT_DAMAGED" | "OBJECT_MISSING";

export const damageCode = (isSegment: boolean, isMissing: boolean): DamageCode =>
  `${isSegment ? "SEGMENT" : "OBJECT"}_${isMissing ? "MISSING" : "DAMAGED"}`;
