import { fileURLToPath } from "node:url";

/** The root of the clone, without a slash at its end. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/** An error whose message is all that its reader needs: shown without a stack. */
export function expected(message) {
  return Object.assign(new Error(message), { expected: true });
}
