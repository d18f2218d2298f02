/** Kinds of damage to a stored object. Segments affect playback directly; objects are all other files. */
export type DamageCode = "SEGMENT_DAMAGED" | "SEGMENT_MISSING" | "OBJECT_DAMAGED" | "OBJECT_MISSING";

export const damageCode = (isSegment: boolean, isMissing: boolean): DamageCode =>
  `${isSegment ? "SEGMENT" : "OBJECT"}_${isMissing ? "MISSING" : "DAMAGED"}`;
