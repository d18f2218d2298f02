import type { Voice } from "../speaker.ts";

const toVoice = (id: string, name: string, language: string): Voice => ({
  id,
  name,
  language,
  engine: "flite",
});

/** Ordered by how well they are understood. */
export const fliteVoices: readonly Voice[] = [
  toVoice("slt", "Slt, female, US English", "en-US"),
  toVoice("rms", "Rms, male, US English", "en-US"),
  toVoice("awb", "Awb, male, Scottish English", "en-GB"),
  toVoice("kal", "Kal, male, US English, robotic", "en-US"),
];
