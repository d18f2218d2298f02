/**
 * Encrypts secrets that the API must read again, such as webhook secrets: they sign, so a hash would not do.
 * AES-256-GCM. Stored form: `enc.v1.<key id>.<base64url of nonce, tag and ciphertext>`. The context is
 * authenticated with the ciphertext, so a value copied to another row or workspace cannot be decrypted there.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

/** The row that a secret belongs to. */
export interface SecretContext {
  kind: "check" | "launch" | "signing-key" | "webhook-endpoint";
  /** Null: the installation's. */
  workspaceId: string | null;
  id: string;
}

export interface SecretBox {
  /** Returns the stored form, encrypted with the first key; the secret itself without a key. */
  encryptSecret(secret: string, context: SecretContext): string;
  /** Also accepts plain values, which versions before encryption stored. Throws `SecretUnreadableError`. */
  decryptSecret(stored: string, context: SecretContext): string;
  /** True if the value has the form that `encryptSecret` returns today. */
  isCurrent(stored: string): boolean;
  /** Prefix of every current value; null without a key. For queries. */
  readonly currentPrefix: string | null;
}

/** The message names the key's id, never the value. */
export class SecretUnreadableError extends Error {
  override readonly name = "SecretUnreadableError";
}

export const SECRET_KEY_BYTES = 32;

const FORM = "enc.v1.";
const ALGORITHM = "aes-256-gcm";
/** The length that GCM is specified for. Random nonces are safe for 2^32 messages per key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The first key encrypts; every key decrypts. Without keys, secrets are stored in plain text. */
export function createSecretBox(keys: readonly Uint8Array[]): SecretBox {
  const byId = new Map(keys.map((key) => [keyIdOf(key), key]));
  const [first] = keys;
  const currentPrefix = first === undefined ? null : `${FORM}${keyIdOf(first)}.`;

  return {
    currentPrefix,
    isCurrent: (stored) =>
      currentPrefix === null ? !stored.startsWith(FORM) : stored.startsWith(currentPrefix),
    encryptSecret(secret, context) {
      if (first === undefined) return secret;
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, first, nonce).setAAD(associatedData(context));
      const text = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
      return `${currentPrefix}${Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64url")}`;
    },
    decryptSecret(stored, context) {
      if (!stored.startsWith(FORM)) return stored;
      const [keyId = "", sealed = ""] = stored.slice(FORM.length).split(".");
      const key = byId.get(keyId);
      if (key === undefined) {
        throw new SecretUnreadableError(
          `The secret of ${context.kind} ${context.id} is encrypted with the key ${keyId}, which SECRETS_KEY does not contain. Add that key, or replace the secret.`,
        );
      }
      const bytes = Buffer.from(sealed, "base64url");
      try {
        const nonce = bytes.subarray(0, NONCE_BYTES);
        const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
          .setAAD(associatedData(context))
          .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
        const text = bytes.subarray(NONCE_BYTES + TAG_BYTES);
        return Buffer.concat([decipher.update(text), decipher.final()]).toString("utf8");
      } catch (cause) {
        throw new SecretUnreadableError(
          `The secret of ${context.kind} ${context.id} was altered or belongs to another row. Replace the secret.`,
          { cause },
        );
      }
    },
  };
}

/** Names a key without revealing it. */
const keyIdOf = (key: Uint8Array): string =>
  createHash("sha256").update("reelay secrets key\0").update(key).digest("hex").slice(0, 8);

const associatedData = ({ kind, workspaceId, id }: SecretContext): Buffer =>
  Buffer.from(JSON.stringify([kind, workspaceId, id]));
