import { z } from "zod";

/** `ApiError` of `@google/genai`. Its message is the body of the answer. */
const Failed = z.object({ name: z.literal("ApiError"), status: z.int(), message: z.string() });
/** Google's form of errors. */
const Body = z.object({
  error: z.object({
    details: z
      .array(z.object({ reason: z.string().optional(), retryDelay: z.string().optional() }))
      .default([]),
  }),
});
const DELAY = /^(\d{1,6}(?:\.\d{1,9})?)s$/;

/**
 * Status, reason (such as `API_KEY_INVALID`) and pause of an error that the service answered with; the pause
 * is absent unless the service names one. Null for any other error. Pure.
 */
export function parseApiError(
  error: unknown,
): { status: number; reason: string | null; retryAfterMs?: number } | null {
  const failed = Failed.safeParse(error);
  if (!failed.success) return null;
  const { status, message } = failed.data;
  const body = Body.safeParse(parse(message));
  const details = body.success ? body.data.error.details : [];
  const delay = details.flatMap(({ retryDelay }) => DELAY.exec(retryDelay ?? "")?.[1] ?? [])[0];
  return {
    status,
    reason: details.find(({ reason }) => reason !== undefined)?.reason ?? null,
    ...(delay !== undefined && { retryAfterMs: Number(delay) * 1_000 }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
