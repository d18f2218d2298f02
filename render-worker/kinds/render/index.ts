/** What all kinds that produce variants share: the encode, its plan, its state and its end. */
export { keptAudioTracks, toAudioState } from "./audio-states.ts";
export type { RenderAttempt } from "./context.ts";
export {
  brakedRun,
  EncoderBrake,
  joinMade,
  type LivePictures,
  leaveOutUnencodable,
  type Made,
  type Piece,
  planRecipes,
  type RenderRound,
  type RenderWork,
  renderAndPublish,
  renderInPasses,
  renderWithinMemory,
} from "./encode/index.ts";
export { conclude, describeOutput, readRenditions, writeManifest } from "./finish/index.ts";
export { type Backdrop, coverSize } from "./plan/index.ts";
export { shareRendering, stillWorking } from "./share-rendering.ts";
export {
  announceSplit,
  decidePart,
  decideRest,
  inOnePieceIfJumping,
  isRest,
  type PartDecision,
  planReadEnd,
} from "./split/index.ts";
export {
  emptyState,
  finishedKeys,
  pendingRungs,
  settleState,
  stillArriving,
  toVariantStates,
  withAudioPlaylist,
  withPart,
  withPlaylist,
} from "./state/index.ts";
export { makeStoryboard, storyboardBeside } from "./storyboard/index.ts";
