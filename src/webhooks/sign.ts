/** Signatures as Standard Webhooks has them (https://www.standardwebhooks.com, "Signature scheme"). */
import { createHmac, randomBytes } from "node:crypto";

const prefix = "whsec_";

/** A new secret: 32 random bytes (24 to 64 are allowed), as people see it. */
export const createSecret = (): string => `${prefix}${randomBytes(32).toString("base64")}`;

export interface Signed {
  messageId: string;
  /** Of this attempt. */
  at: Date;
  /** Exactly as it is sent. */
  body: string;
}

/** The headers that say who sent it: one signature for each secret, so that receivers may change over to a new one at their leisure. */
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

/** Those that sign now, newest first. */
export function liveSecrets(
  endpoint: { secret: string; previousSecret: string | null; previousSecretExpiresAt: Date | null },
  now: Date,
): string[] {
  const { secret, previousSecret, previousSecretExpiresAt: expiresAt } = endpoint;
  const isLive = previousSecret !== null && expiresAt !== null && expiresAt > now;
  return isLive ? [secret, previousSecret] : [secret];
}
