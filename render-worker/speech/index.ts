/** Speaks texts, mixes what was spoken with sounds and music, and writes its captions. */
export { writeCaptions } from "./captions/write-captions.ts";
export { type ClipStore, createClipStore } from "./clip-store.ts";
export { findSpeech, type InstalledSpeech, type SpeechOptions, speechEngines } from "./find-speech.ts";
export { mixSoundtrack } from "./mixing/mix-soundtrack.ts";
export type { PlacedClip, Soundtrack } from "./mixing/soundtrack.ts";
export type { Speaker, SpokenClip } from "./speaker.ts";
