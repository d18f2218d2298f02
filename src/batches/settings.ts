import { z } from "zod";

export const tableFormats = ["CSV", "XLSX", "JSON"] as const;
export type TableFormat = (typeof tableFormats)[number];

/** `WARN`: the row gets a video and a warning. `SKIP`: it is a duplicate, and gets none. */
export const duplicatePolicies = ["WARN", "SKIP"] as const;
export type DuplicatePolicy = (typeof duplicatePolicies)[number];

/** As clients name a clip: exactly one field. */
const BatchBackground = z.object({
  material: z.string().nullish(),
  video: z.string().nullish(),
  url: z.string().nullish(),
});

/** How the rows of a batch become videos, as its row in the database holds it. Ids are those of clients. */
export const BatchSettings = z.object({
  version: z.literal(1),
  template: z.object({ name: z.string(), version: z.int() }),
  format: z.enum(tableFormats),
  columns: z.array(z.object({ field: z.string(), column: z.string() })),
  groupBy: z.string().nullable(),
  keyColumn: z.string().nullable(),
  /** Data of every row. */
  data: z.record(z.string(), z.unknown()),
  height: z.number().nullable(),
  frameRate: z.number().nullable(),
  voice: z.object({ name: z.string().nullable(), rate: z.number().nullable() }),
  music: z.string().nullable(),
  background: BatchBackground.nullable().default(null),
  materials: z.array(z.string()),
  profile: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()),
  tags: z.array(z.string()),
  playbackPolicy: z.enum(["PUBLIC", "SIGNED"]).nullable(),
  /** What becomes of rows that equal those of earlier batches. */
  duplicates: z.enum(duplicatePolicies).default("WARN"),
});
export type BatchSettings = z.infer<typeof BatchSettings>;

/** What a row says about its video, as its row in the database holds it. */
export const StoredRowSettings = z.object({
  externalId: z.string().nullable(),
  voice: z.string().nullable(),
  rate: z.number().nullable(),
  /** Id of a material, as clients see it. */
  music: z.string().nullable(),
  background: BatchBackground.nullable().default(null),
  /** Ids of materials, as clients see them. */
  materials: z.array(z.string()),
});
export type StoredRowSettings = z.infer<typeof StoredRowSettings>;
