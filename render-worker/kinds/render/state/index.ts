/** The state that these kinds report. */
export {
  assertReaches,
  emptyState,
  finishedKeys,
  pendingRungs,
  settleState,
  stillArriving,
  toVariantStates,
  withAudioPlaylist,
  withoutAudio,
  withPart,
  withPlaylist,
} from "./render-state.ts";
