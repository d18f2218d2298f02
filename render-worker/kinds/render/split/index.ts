/** Splits a long video into tasks. */
export { announceSplit, type SplitWork } from "./announce-split.ts";
export { decidePart, inOnePieceIfJumping, isRest, type PartDecision, planReadEnd } from "./decide-part.ts";
export { decideRest, type RestDecision } from "./decide-rest.ts";
