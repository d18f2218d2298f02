import { z } from "zod";

const size = z.int().min(16).max(8_192);

/** What the painter is asked to do: its only argument, in JSON (docs/reference/painters.md). */
export const Job = z.object({
  version: z.literal(1),
  /** `CHECK`: texts, lengths and problems, without pictures. `STILL`: one picture. */
  mode: z.enum(["CHECK", "DRAW", "STILL"]),
  /** Folder of the template. */
  template: z.string(),
  /** File with the data, in JSON. */
  data: z.string(),
  width: size,
  height: size,
  frameRate: z.number().positive().max(240),
  /** Index of the first scene whose frames are sent. */
  startAt: z.int().nonnegative().default(0),
  /** Lengths of the spoken texts in ms, by their ids. Texts without one last their reading time. */
  clips: z.record(z.string(), z.number().nonnegative().max(3_600_000)).default({}),
  /** Pictures and fonts that the data names. */
  materials: z.object({ folder: z.string() }).optional(),
  /** Of the mode `STILL`. Default: the first scene, at its last mark. */
  still: z
    .object({ scene: z.int().nonnegative().default(0), mark: z.string().nullable().default(null) })
    .prefault({}),
});
export type Job = z.output<typeof Job>;
