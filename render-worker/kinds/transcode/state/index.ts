/** The state that transcoding reports. */
export {
  finishedKeys,
  settleState,
  toVariantStates,
  withoutSound,
  withPart,
  withPlaylist,
  withSoundPlaylist,
} from "./render-state.ts";
export { assertReaches, stillArriving } from "./still-arriving.ts";
