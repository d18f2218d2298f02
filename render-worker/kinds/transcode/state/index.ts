/** The state that transcoding reports. */
export {
  emptyState,
  finishedKeys,
  settleState,
  toVariantStates,
  withoutSound,
  withPart,
  withPlaylist,
  withSoundPlaylist,
} from "./render-state.ts";
export { assertReaches, stillArriving } from "./still-arriving.ts";
