/** Signatures as Standard Webhooks has them (https://www.standardwebhooks.com, "Signature scheme"). */
import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";

/** A new secret: 32 random bytes (24 to 64 are allowed), as people see it. */
export const createSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`;

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
  return {
    "webhook-id": messageId,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
    "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(messageId, at, body)).join(" "),
  };
}

/** The current signing secrets, newest first. */
export function liveSecrets(
  endpoint: { secret: string; previousSecret: string | null; previousSecretExpiresAt: Date | null },
  now: Date,
): string[] {
  const { secret, previousSecret, previousSecretExpiresAt: expiresAt } = endpoint;
  const isLive = previousSecret !== null && expiresAt !== null && expiresAt > now;
  return isLive ? [secret, previousSecret] : [secret];
}
