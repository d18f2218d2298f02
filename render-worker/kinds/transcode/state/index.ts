/** The state that transcoding reports. */
export {
  assertReaches,
  emptyState,
  finishedKeys,
  settleState,
  stillArriving,
  toVariantStates,
  withoutSound,
  withPart,
  withPlaylist,
  withSoundPlaylist,
} from "./render-state.ts";
