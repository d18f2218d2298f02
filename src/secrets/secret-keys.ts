import { z } from "zod";
import { SECRET_KEY_BYTES } from "./secret-box.ts";

const SENTENCE =
  "give 32 random bytes in base64 (`openssl rand -base64 32`), several separated by commas while keys are rotated, or `none` to store secrets unencrypted";

/** Base64 keys of 32 bytes, separated by commas; `none` for no key. */
export const secretKeys = z.string({ error: SENTENCE }).transform((text, context): Buffer[] => {
  if (text.trim() === "none") return [];
  const keys = text.split(",").map((key) => Buffer.from(key.trim(), "base64"));
  if (keys.every(({ length }) => length === SECRET_KEY_BYTES)) return keys;
  context.addIssue({ code: "custom", message: SENTENCE });
  return z.NEVER;
});
