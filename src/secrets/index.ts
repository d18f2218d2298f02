/** Secrets that the API must be able to read again are encrypted at rest. */
export { createSecretBox, type SecretBox, type SecretContext, SecretUnreadableError } from "./secret-box.ts";
export { secretKeys } from "./secret-keys.ts";
export { createToken, hashToken, isTokenOf } from "./token.ts";
