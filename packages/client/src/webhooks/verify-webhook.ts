/**
 * The receiver's side of Standard Webhooks. https://www.standardwebhooks.com, "Verifying webhook
 * authenticity"
 */

import type { Webhook } from "./webhook.ts";
import { WebhookError } from "./webhook-error.ts";

/** Headers of a `Request`, Node's `request.headers`, or a plain object. */
export type WebhookHeaders =
  | Pick<Headers, "get">
  | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface VerifyOptions {
  /** Maximum age of a message and maximum clock difference, in seconds. Default 300. */
  toleranceS?: number;
  /** The current time in milliseconds, for tests. */
  now?: () => number;
}

const PREFIX = "whsec_";
const VERSION = "v1,";

/**
 * Returns the message if one of the secrets signed it and it is recent. Comparisons take constant time.
 *
 * @param rawBody the body exactly as received: a body that a framework parsed and serialized again differs.
 * @param secret the endpoint's `whsec_…`; several during a rotation.
 * @throws WebhookError with the reason. Answer with 400 or 401.
 */
export async function verifyWebhook(
  rawBody: string | Uint8Array | ArrayBuffer,
  headers: WebhookHeaders,
  secret: string | readonly string[],
  { toleranceS = 300, now = Date.now }: VerifyOptions = {},
): Promise<Webhook> {
  const id = header(headers, "webhook-id");
  const timestamp = header(headers, "webhook-timestamp");
  const signatures = header(headers, "webhook-signature");
  checkAge(timestamp, toleranceS, now());

  const bytes = typeof rawBody === "string" ? encode(rawBody) : new Uint8Array(rawBody);
  const signed = join(encode(`${id}.${timestamp}.`), bytes);
  if (!(await isSigned(signed, signatures, typeof secret === "string" ? [secret] : secret))) {
    throw new WebhookError(
      "SIGNATURE_WRONG",
      `No signature of message ${id} matches this secret. Pass the body exactly as received and the secret of this endpoint.`,
    );
  }
  return read(id, bytes);
}

async function isSigned(
  signed: Uint8Array<ArrayBuffer>,
  header: string,
  secrets: readonly string[],
): Promise<boolean> {
  const signatures = header.split(" ").filter((part) => part.startsWith(VERSION));
  let isGood = false;
  for (const secret of secrets) {
    const key = await importSecret(secret);
    for (const signature of signatures) {
      const bytes = fromBase64(signature.slice(VERSION.length));
      // Web Crypto compares in constant time.
      if (bytes && (await subtle().verify("HMAC", key, bytes, signed))) isGood = true;
    }
  }
  return isGood;
}

async function importSecret(secret: string): Promise<CryptoKey> {
  const bytes = fromBase64(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret);
  if (!bytes || bytes.length === 0) {
    throw new WebhookError(
      "SECRET_INVALID",
      `A webhook secret consists of ${PREFIX} and base64; this one does not.`,
    );
  }
  return await subtle().importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
}

function subtle(): SubtleCrypto {
  if (globalThis.crypto?.subtle) return globalThis.crypto.subtle;
  throw new Error("verifyWebhook requires Web Crypto (Node 20 or later).");
}

function checkAge(timestamp: string, toleranceS: number, nowMs: number): void {
  const seconds = /^\d+$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  const ageS = Math.floor(nowMs / 1000) - seconds;
  if (Math.abs(ageS) <= toleranceS) return;
  throw new WebhookError(
    "TIMESTAMP_REFUSED",
    Number.isNaN(ageS)
      ? `webhook-timestamp is ${JSON.stringify(timestamp.slice(0, 40))}; expected seconds since 1970.`
      : `The message is ${Math.abs(ageS)} s ${ageS > 0 ? "old" : "ahead"}, but only ${toleranceS} s are allowed: it is a replay, or a clock is wrong.`,
  );
}

function header(headers: WebhookHeaders, name: string): string {
  const value = isHeaders(headers)
    ? headers.get(name)
    : Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  const text = typeof value === "object" ? value?.[0] : value;
  if (text) return text;
  throw new WebhookError(
    "HEADER_MISSING",
    `The header ${name} is missing: the request is not a signed webhook.`,
  );
}

const isHeaders = (headers: WebhookHeaders): headers is Pick<Headers, "get"> =>
  typeof headers.get === "function";

function read(id: string, bytes: Uint8Array): Webhook {
  try {
    const body = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as Omit<Webhook, "id">;
    if (typeof body === "object" && body !== null && typeof body.type === "string")
      return { ...body, id } as Webhook;
  } catch {
    // Reported below.
  }
  throw new WebhookError("BODY_INVALID", `The body of message ${id} is not a JSON object with a type.`);
}

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

function join(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
