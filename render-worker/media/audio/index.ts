/** Audio: channels, loudness and filters. */
export { inputsAtOnce, measureGainDb } from "./measure-loudness.ts";
export { mayChangeFormat, planPadding, planSound } from "./plan-audio.ts";
