/** Speaks texts, mixes what was spoken with sounds and music, and writes its captions. */
export type { PlacedWords } from "./captions/plan-cues.ts";
export { writeCaptions } from "./captions/write-captions.ts";
export { findSpeech, type InstalledSpeech, type SpeechOptions, speechEngines } from "./find-speech.ts";
export { type MixedSoundtrack, type MixOptions, mixSoundtrack } from "./mixing/mix-soundtrack.ts";
export type { PlacedClip, PlacedSound, Soundtrack } from "./mixing/soundtrack.ts";
export type { Speaker, SpeechRequest, SpokenClip, SpokenWord, Voice } from "./speaker.ts";
