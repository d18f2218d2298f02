import { z } from "zod";

/** The used part of ffprobe's JSON, identical in releases 4 to 7. Numbers are strings. */
const Tags = z.record(z.string(), z.string()).catch({});

export const ProbedStream = z.object({
  index: z.int(),
  codec_type: z.string().optional(),
  codec_name: z.string().optional(),
  profile: z.string().optional(),
  pix_fmt: z.string().optional(),
  width: z.int().optional(),
  height: z.int().optional(),
  sample_aspect_ratio: z.string().optional(),
  field_order: z.string().optional(),
  r_frame_rate: z.string().optional(),
  avg_frame_rate: z.string().optional(),
  time_base: z.string().optional(),
  start_time: z.string().optional(),
  duration: z.string().optional(),
  nb_frames: z.string().optional(),
  color_primaries: z.string().optional(),
  color_transfer: z.string().optional(),
  color_space: z.string().optional(),
  color_range: z.string().optional(),
  sample_rate: z.string().optional(),
  channels: z.int().optional(),
  disposition: z.record(z.string(), z.number()).optional(),
  tags: Tags.optional(),
  side_data_list: z.array(z.looseObject({ rotation: z.number().optional() })).optional(),
});
export type ProbedStream = z.infer<typeof ProbedStream>;

export const ProbedFile = z.object({
  streams: z.array(ProbedStream).default([]),
  /** For transport streams. */
  programs: z.array(z.object({ streams: z.array(z.object({ index: z.int() })).default([]) })).default([]),
  format: z
    .object({
      format_name: z.string(),
      start_time: z.string().optional(),
      duration: z.string().optional(),
      bit_rate: z.string().optional(),
    })
    .optional(),
});
export type ProbedFile = z.infer<typeof ProbedFile>;
