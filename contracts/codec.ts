import { z } from "zod";
import { kindOf } from "./kinds/index.ts";
import { Message, type MessageType } from "./messages/index.ts";

/** Message attributes: what brokers filter by and what can be read without opening the body. */
export type Attributes = Record<string, string>;

/** A message ready for the broker. */
export interface Envelope {
  data: Uint8Array;
  attributes: Attributes;
}

export type Decoded<M> = { ok: true; message: M } | { ok: false; reason: string };

/** Puts a message on the wire: UTF-8 JSON, with `type` and what is routed by (`kind`, `pool`, `priority`, `workerId`) as attributes. */
export function encodeMessage(message: Message): Envelope {
  const attributes: Attributes = { type: message.type };
  for (const name of ["kind", "pool", "priority", "workerId"] as const) {
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
    json = parseStorable(new TextDecoder("utf-8", { fatal: true }).decode(data));
  } catch (error) {
    return { ok: false, reason: `not UTF-8 JSON: ${String(error)}` };
  }
  const parsed = (schema ?? Message).safeParse(json);
  if (!parsed.success) return { ok: false, reason: z.prettifyError(parsed.error) };
  return withKind(parsed.data as z.infer<S> & object);
}

/**
 * Checks what is the kind's own: `params`, `result` and `detail`. A kind that is not in the registry passes as it is,
 * for the process that knows it.
 */
function withKind<M extends object>(message: M): Decoded<M> {
  const kind = kindOf((message as { kind?: string }).kind ?? "");
  if (kind === undefined) return { ok: true, message };
  const checked = { ...message };
  for (const field of ["params", "result", "detail"] as const) {
    const schema = kind[field];
    const value = (message as Record<string, unknown>)[field];
    if (schema === undefined || value === undefined) continue;
    const parsed = schema.safeParse(value);
    if (!parsed.success)
      return { ok: false, reason: `${kind.name} ${field}: ${z.prettifyError(parsed.error)}` };
    Object.assign(checked, { [field]: parsed.data });
  }
  return { ok: true, message: checked };
}

/**
 * JSON whose texts every database can hold: what a worker reports of a source's tags or of ffmpeg's words may have NUL bytes and halves of characters
 * in it, and a report that cannot be stored would come again for ever. Only escapes can bring them in, so most messages are parsed plainly.
 */
function parseStorable(text: string): unknown {
  if (!text.includes("\\u")) return JSON.parse(text);
  return JSON.parse(text, (_name, value: unknown) =>
    typeof value === "string" ? value.replaceAll("\0", "").toWellFormed() : value,
  );
}

export type { MessageType };
