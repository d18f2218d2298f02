import { z } from "zod";
import { audioBytes } from "../engine-process.ts";

/** A line of the program's standard input, in JSON. */
export interface PiperRequest {
  text: string;
  /** Each as the voice reads it, not empty. */
  words: string[];
  /** Path of the voice's model. */
  model: string;
  /** Factor of all lengths. */
  stretch: number;
}

/** A sound, and its end in samples. */
const Sound = z.tuple([z.string(), z.int().min(0)]);

/** A line of the program's standard output, in JSON. 16-bit samples of `audioBytes` follow it. */
export const PiperAnswer = z.object({
  audioBytes,
  /** In hertz. */
  sampleRate: z.int().min(8_000).max(192_000),
  /** All sounds in their order, pauses included, which have no letter. Empty: the model gives no times. */
  sounds: z.array(Sound),
  /** Of each word alone. */
  alone: z.array(z.array(z.string())),
});
export type PiperAnswer = z.infer<typeof PiperAnswer>;
