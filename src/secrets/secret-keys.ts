import { z } from "zod";
import { secretKeyBytes } from "./secret-box.ts";

const sentence =
  "give 32 random bytes in base64 (`openssl rand -base64 32`), several separated by commas while keys are rotated, or `none` to store secrets unencrypted";

/** Base64 keys of 32 bytes, separated by commas; `none` for no key. */
export const secretKeys = z.string({ error: sentence }).transform((text, context): Buffer[] => {
  if (text.trim() === "none") return [];
  const keys = text.split(",").map((key) => Buffer.from(key.trim(), "base64"));
  if (keys.every(({ length }) => length === secretKeyBytes)) return keys;
  context.addIssue({ code: "custom", message: sentence });
  return z.NEVER;
});
