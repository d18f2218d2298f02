import { z } from "zod";
import type { Measurement } from "../telemetry/index.ts";

/** A player sends at most 50 at a time. */
export const MAX_EVENTS = 60;

/** No wait or buffer is longer: larger values are not measurements. */
const MOST_MS = 3_600_000;
const milliseconds = z.number().min(0).max(MOST_MS);
const seconds = z
  .number()
  .min(0)
  .max(MOST_MS / 1_000);

/**
 * Between two posts, half a minute apart, viewers stall for minutes at most: larger values are not
 * measurements.
 */
const MOST_STALLED_S = 300;

const Post = z.object({
  video: z.string().max(4_096).default(""),
  token: z.string().max(2_048).optional(),
  events: z.array(z.object({ name: z.string(), detail: z.unknown() })).max(MAX_EVENTS),
});

/** A player's measurements of one video. */
interface QualityPost {
  /** The player's name for it: an id, or the URL of its stream. */
  video: string;
  token: string | null;
  measurements: Measurement[];
}

const FirstFrame = z.object({ sincePlayMs: milliseconds });
const Stall = z.object({ durationMs: milliseconds, cause: z.enum(["EDGE", "NETWORK", "RELOAD"]) });
const Switch = z.object({ isChosen: z.boolean() });
const Buffer = z.object({ aheadS: seconds });
const Failure = z.object({ isFatal: z.boolean() });

const readers: Record<string, (detail: unknown) => Measurement | null> = {
  "reelay-first-frame": (detail) => {
    const { data } = FirstFrame.safeParse(detail);
    return data ? { kind: "FIRST_FRAME", seconds: data.sincePlayMs / 1_000 } : null;
  },
  "reelay-stall": (detail) => {
    const { data } = Stall.safeParse(detail);
    return data ? { kind: "STALL", seconds: data.durationMs / 1_000, cause: data.cause } : null;
  },
  "reelay-switch": (detail) => {
    const { data } = Switch.safeParse(detail);
    return data ? { kind: "SWITCH", isChosen: data.isChosen } : null;
  },
  "reelay-buffer": (detail) => {
    const { data } = Buffer.safeParse(detail);
    return data ? { kind: "BUFFER", aheadSeconds: data.aheadS } : null;
  },
  "reelay-error": (detail) => {
    const { data } = Failure.safeParse(detail);
    return data ? { kind: "ERROR", isFatal: data.isFatal } : null;
  },
};

/**
 * Parses a player's post: JSON `{ video, token?, events: [{ name, detail }] }` as sent by `@reelay/player`.
 * Unknown events (of newer players) and implausible ones are dropped; so are stalls beyond five minutes in
 * total. Null if the text is not such a post. Pure.
 */
export function parsePost(text: string): QualityPost | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const { data } = Post.safeParse(json);
  if (!data) return null;
  let stalledS = 0;
  const measurements = data.events.flatMap(({ name, detail }) => {
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
    const each = read?.(detail);
    if (!each) return [];
    if (each.kind === "STALL") stalledS += each.seconds;
    return each.kind === "STALL" && stalledS > MOST_STALLED_S ? [] : [each];
  });
  return { video: data.video, token: data.token ?? null, measurements };
}
