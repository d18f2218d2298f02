import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { createSecretBox, type SecretContext, SecretUnreadableError } from "./secret-box.ts";

const context: SecretContext = { kind: "webhook-endpoint", workspaceId: "w1", id: "e1" };
const secret = "whsec_c2VjcmV0";
const key = () => randomBytes(32);

test("an encrypted secret can be decrypted, and the stored form reveals nothing of it", () => {
  const box = createSecretBox([key()]);
  const stored = box.encryptSecret(secret, context);
  expect(stored).toMatch(/^enc\.v1\.[0-9a-f]{8}\.[\w-]+$/);
  expect(Buffer.from(stored.split(".")[3] ?? "", "base64url").toString("latin1")).not.toContain("whsec");
  expect(box.decryptSecret(stored, context)).toBe(secret);
  expect(box.isCurrent(stored)).toBe(true);
});

test("equal secrets have different stored forms", () => {
  const box = createSecretBox([key()]);
  expect(box.encryptSecret(secret, context)).not.toBe(box.encryptSecret(secret, context));
});

test("a stored secret cannot be decrypted in another row or workspace", () => {
  const box = createSecretBox([key()]);
  const stored = box.encryptSecret(secret, context);
  for (const other of [
    { ...context, id: "e2" },
    { ...context, workspaceId: "w2" },
  ]) {
    expect(() => box.decryptSecret(stored, other)).toThrow(SecretUnreadableError);
  }
});

test("a stored secret that was altered or truncated anywhere is refused", () => {
  const box = createSecretBox([key()]);
  const stored = box.encryptSecret(secret, context);
  const head = stored.slice(0, stored.lastIndexOf(".") + 1);
  const sealed = Buffer.from(stored.slice(head.length), "base64url");
  for (let index = 0; index < sealed.length; index += 1) {
    const altered = Buffer.from(sealed);
    altered[index] = (altered[index] ?? 0) ^ 1;
    expect(() => box.decryptSecret(head + altered.toString("base64url"), context)).toThrow(
      /was altered or belongs to another row/,
    );
    const cut = head + sealed.subarray(0, index).toString("base64url");
    expect(() => box.decryptSecret(cut, context)).toThrow(SecretUnreadableError);
  }
});

test("during a rotation both keys decrypt, the first one encrypts, and values of the old key are not current", () => {
  const [old, next] = [key(), key()];
  const stored = createSecretBox([old]).encryptSecret(secret, context);
  const both = createSecretBox([next, old]);
  expect(both.decryptSecret(stored, context)).toBe(secret);
  expect(both.isCurrent(stored)).toBe(false);
  const again = both.encryptSecret(secret, context);
  expect(createSecretBox([next]).decryptSecret(again, context)).toBe(secret);
});

test("the error names a missing key without the secret", () => {
  const stored = createSecretBox([key()]).encryptSecret(secret, context);
  const keyId = stored.split(".")[2];
  for (const box of [createSecretBox([key()]), createSecretBox([])]) {
    expect(() => box.decryptSecret(stored, context)).toThrow(
      `The secret of webhook-endpoint e1 is encrypted with the key ${keyId}, which SECRETS_KEY does not contain.`,
    );
  }
});

test("values from before encryption can still be read", () => {
  const box = createSecretBox([key()]);
  expect(box.decryptSecret(secret, context)).toBe(secret);
  expect(box.isCurrent(secret)).toBe(false);
});

test("without a key, secrets are stored in plain text", () => {
  const box = createSecretBox([]);
  expect(box.encryptSecret(secret, context)).toBe(secret);
  expect(box.isCurrent(secret)).toBe(true);
});
