/** Audio: channels, loudness and filters. */
export { INPUTS_AT_ONCE, measureGainDb } from "./measure-loudness.ts";
export { mayChangeFormat, planAudioEncoding, planPadding } from "./plan-audio.ts";
