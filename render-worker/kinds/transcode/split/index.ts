/** How a long video is split into tasks. */
export { announceSplit, type SplitWork } from "./announce-split.ts";
export { decidePart, type PartDecision } from "./decide-part.ts";
export { decideRest, type RestDecision } from "./decide-rest.ts";
export { isRest } from "./is-rest.ts";
export { inOnePieceIfJumping } from "./one-clock.ts";
export { planReadEnd } from "./plan-read-end.ts";
