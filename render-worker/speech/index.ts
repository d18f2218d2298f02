/** Speaks texts, and mixes what was spoken with sounds and music. */
export { findSpeech, type InstalledSpeech } from "./find-speech.ts";
export { type MixedSoundtrack, type MixOptions, mixSoundtrack } from "./mixing/mix-soundtrack.ts";
export type { PlacedClip, PlacedSound, Soundtrack } from "./mixing/soundtrack.ts";
export type { Speaker, SpeechRequest, SpokenClip, SpokenWord, Voice } from "./speaker.ts";
