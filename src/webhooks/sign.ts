/** Signatures as Standard Webhooks has them (https://www.standardwebhooks.com, "Signature scheme"). */
import { createHmac, randomBytes } from "node:crypto";

const prefix = "whsec_";

/** A new secret: 32 random bytes (24 to 64 are allowed), as people see it. */
export const createSecret = (): string => `${prefix}${randomBytes(32).toString("base64")}`;

export interface Signed {
  messageId: string;
  /** Time of this attempt. */
  at: Date;
  /** Exactly as sent. */
  body: string;
}

/**
 * The headers that authenticate the sender: one signature per secret, so that receivers can switch to a new
 * one at any time.
 */
export function signatureHeaders({ messageId, at, body }: Signed, secrets: readonly string[]) {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const content = `${messageId}.${timestamp}.${body}`;
  return {
    "webhook-id": messageId,
    "webhook-timestamp": timestamp,
    "webhook-signature": secrets.map((secret) => `v1,${hmacOf(content, secret)}`).join(" "),
  };
}

const hmacOf = (content: string, secret: string): string =>
  createHmac("sha256", Buffer.from(secret.slice(prefix.length), "base64"))
    .update(content)
    .digest("base64");

/** The current signing secrets, newest first. */
export function liveSecrets(
  endpoint: { secret: string; previousSecret: string | null; previousSecretExpiresAt: Date | null },
  now: Date,
): string[] {
  const { secret, previousSecret, previousSecretExpiresAt: expiresAt } = endpoint;
  const isLive = previousSecret !== null && expiresAt !== null && expiresAt > now;
  return isLive ? [secret, previousSecret] : [secret];
}
