import { z } from "zod";
import { kindOf } from "./kinds/index.ts";
import { Message, type MessageType } from "./messages/index.ts";

/** Message attributes: brokers filter by them, and they are readable without opening the body. */
export type Attributes = Record<string, string>;

/** An encoded message. */
export interface Envelope {
  data: Uint8Array;
  attributes: Attributes;
}

export type Decoded<M> = { ok: true; message: M } | { ok: false; reason: string };

/**
 * Encodes a message as UTF-8 JSON. `type` and the routing fields (`kind`, `pool`, `priority`, `workerId`)
 * become attributes. The attribute `kind` includes the tools that the message requires, and whether it is an
 * express task (`queueOf`).
 */
export function encodeMessage(message: Message): Envelope {
  const attributes: Attributes = { type: message.type };
  for (const name of ["kind", "pool", "priority", "workerId"] as const) {
    const value = (message as Record<string, unknown>)[name];
    if (typeof value === "string") attributes[name] = value;
  }
  const { kind } = attributes;
  if (kind !== undefined) attributes["kind"] = queueOf(kind, toolsOf(message), isExpress(message));
  return { data: new TextEncoder().encode(JSON.stringify(message)), attributes };
}

/**
 * The attribute `kind`. Only workers that have the tools receive messages whose kind needs them, and only
 * those with express slots receive express tasks.
 */
export const queueOf = (kind: string, tools: readonly string[] = [], isExpress = false): string =>
  [kind, ...tools.toSorted()].join("+") + (isExpress ? "@express" : "");

function toolsOf(message: Message): readonly string[] | undefined {
  if (message.type === "task.requested.v1") return message.requirements.tools;
  return message.type === "source.check-requested.v1" ? message.tools : undefined;
}

const isExpress = (message: Message): boolean =>
  message.type === "task.requested.v1" && message.isExpress === true;

/**
 * Decodes a message. Never throws: an unreadable message returns the reason, so that it can be set aside.
 * Unknown fields are dropped, so that a newer sender may add some.
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
 * Checks the kind's own `params`, `result` and `detail`. An unregistered kind passes unchecked, for the
 * process that supports it.
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
 * Parses JSON whose text every database can store. Tags of a source or ffmpeg's output may contain NUL bytes
 * and lone surrogates, and a report that cannot be stored would be redelivered forever. Only escapes can
 * produce them, so most messages take the plain path.
 */
function parseStorable(text: string): unknown {
  if (!text.includes("\\u")) return JSON.parse(text);
  return JSON.parse(text, (_name, value: unknown) =>
    typeof value === "string" ? value.replaceAll("\0", "").toWellFormed() : value,
  );
}

export type { MessageType };
