import { JobPriority, PlaybackPolicy } from "../../prisma/generated/enums.ts";
import type { VideoInput } from "../videos/index.ts";
import { formErrors } from "./form-error.ts";

/** The form field `metadata`: `createVideo`'s input without its source, with every field optional. */
export type FormMetadata = Omit<VideoInput, "title"> & { title?: string };

const texts = ["title", "externalId", "profile", "priority", "playbackPolicy", "idempotencyKey"] as const;
const known: readonly string[] = [...texts, "metadata"];

/** Throws `FormError`. `createVideo` checks the values. */
export function parseMetadata(text: string): FormMetadata {
  const fields = parseObject(text);
  for (const name of Object.keys(fields)) {
    if (!known.includes(name)) {
      const list = known.join(", ");
      const message = `there is no such field; known are ${list}. Data of your own goes into metadata.metadata.`;
      throw formErrors.metadata(message, `metadata.${name.slice(0, 100)}`);
    }
  }
  const { title, externalId, profile, priority, playbackPolicy, idempotencyKey } = Object.fromEntries(
    texts.map((name) => [name, textIn(fields, name)]),
  );
  return {
    ...(title !== undefined && { title }),
    ...(externalId !== undefined && { externalId }),
    ...(profile !== undefined && { profile }),
    ...(priority !== undefined && { priority: toPriority(priority) }),
    ...(playbackPolicy !== undefined && { playbackPolicy: toPolicy(playbackPolicy) }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(fields["metadata"] != null && { metadata: fields["metadata"] }),
  };
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw formErrors.metadata(
      `is no JSON (${error instanceof Error ? error.message.slice(0, 200) : "unreadable"}); send an object such as {"title": "Bunny"}.`,
    );
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw formErrors.metadata(`is ${nameOf(value)}; send a JSON object such as {"title": "Bunny"}.`);
}

/** Null counts as left out. */
function textIn(fields: Record<string, unknown>, name: string): string | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined || typeof value === "string") return value;
  throw formErrors.metadata(`is ${nameOf(value)}. Use a string.`, `metadata.${name}`);
}

function toPolicy(text: string): PlaybackPolicy {
  const found = Object.values(PlaybackPolicy).find((policy) => policy === text);
  if (found) return found;
  throw formErrors.metadata(
    `is ${JSON.stringify(text.slice(0, 50))}. Use one of ${Object.values(PlaybackPolicy).join(", ")}.`,
    "metadata.playbackPolicy",
  );
}

function toPriority(text: string): JobPriority {
  const found = Object.values(JobPriority).find((priority) => priority === text);
  if (found) return found;
  throw formErrors.metadata(
    `is ${JSON.stringify(text.slice(0, 50))}. Use one of ${Object.values(JobPriority).join(", ")}.`,
    "metadata.priority",
  );
}

const nameOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
