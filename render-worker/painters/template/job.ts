import { z } from "zod";

/** Pictures of one run. */
export const MAX_STILLS = 20;

const size = z.int().min(16).max(8_192);

/** What the painter is asked to do: its only argument, in JSON (docs/reference/painters.md). */
export const Job = z.object({
  version: z.literal(1),
  /**
   * `CHECK`: texts, lengths and problems, without pictures. `STILL`: besides, pictures of some scenes.
   * `SCENES`: like `CHECK`, then scenes as they are ordered on standard input. `ROWS`: problems and lengths
   * of many data; `ROW_STILLS`: besides, a picture of each.
   */
  mode: z.enum(["CHECK", "DRAW", "SCENES", "STILL", "ROWS", "ROW_STILLS"]),
  /** Folder of the template. */
  template: z.string(),
  /** File with the data, in JSON: with `ROWS` and `ROW_STILLS`, a list of data. */
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
  /** Whether a clip is shown behind the pictures: they are transparent where the template is. */
  isOverVideo: z.boolean().default(false),
  /** Of the mode `STILL`: indexes of scenes, null for the first ones; and a mark, null for the last one. */
  stills: z
    .object({
      scenes: z.array(z.int().nonnegative()).max(MAX_STILLS).nullable().default(null),
      mark: z.string().nullable().default(null),
    })
    .prefault({}),
});
export type Job = z.output<typeof Job>;
