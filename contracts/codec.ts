import { z } from "zod";
import { Message, type MessageType } from "./messages/index.ts";

/** Message attributes: what brokers filter by and what can be read without opening the body. */
export type Attributes = Record<string, string>;

/** A message ready for the broker. */
export interface Envelope {
  data: Uint8Array;
  attributes: Attributes;
}

export type Decoded<M> = { ok: true; message: M } | { ok: false; reason: string };

/** Puts a message on the wire: UTF-8 JSON, with `type` and what is routed by (`pool`, `priority`, `workerId`) as attributes. */
export function encodeMessage(message: Message): Envelope {
  const attributes: Attributes = { type: message.type };
  for (const name of ["pool", "priority", "workerId"] as const) {
    const value = (message as Record<string, unknown>)[name];
    if (typeof value === "string") attributes[name] = value;
  }
  return { data: new TextEncoder().encode(JSON.stringify(message)), attributes };
}

/**
 * Reads a message from the wire. Never throws: what cannot be read comes back with its reason, to be set aside. Unknown
 * fields are dropped, so that a newer sender may add some.
 */
export function decodeMessage<S extends z.ZodType = typeof Message>(
  data: Uint8Array,
  schema?: S,
): Decoded<z.infer<S>> {
  let json: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(data);
    json = JSON.parse(text, text.includes("\\u0000") ? withoutNul : undefined);
  } catch (error) {
    return { ok: false, reason: `not UTF-8 JSON: ${String(error)}` };
  }
  const parsed = (schema ?? Message).safeParse(json);
  if (parsed.success) return { ok: true, message: parsed.data as z.infer<S> };
  return { ok: false, reason: z.prettifyError(parsed.error) };
}

/** Postgres holds no text with a NUL, which ffmpeg's words may contain: such a report would never be applied. */
const withoutNul = (_key: string, value: unknown): unknown =>
  typeof value === "string" ? value.replaceAll("\0", "") : value;

export type { MessageType };
