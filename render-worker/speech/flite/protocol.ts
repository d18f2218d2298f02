import { z } from "zod";
import { audioBytes } from "../engine-process.ts";

/** A line of the program's standard input, in JSON. */
export interface FliteRequest {
  text: string;
  /** Each as the voice reads it, not empty, without line breaks. */
  words: string[];
  voice: string;
  /** Factor of all lengths. */
  stretch: number;
}

/** A line of the program's standard output, in JSON. A WAV file of `audioBytes` follows it. */
export const FliteAnswer = z.object({
  audioBytes,
  /** A line per sentence: its sounds, each with its end in seconds (`hh:0.233`). */
  segments: z.string(),
  /** A line per word: its sounds. */
  sounds: z.string(),
});
export type FliteAnswer = z.infer<typeof FliteAnswer>;
