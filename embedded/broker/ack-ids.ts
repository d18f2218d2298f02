import { randomBytes } from "node:crypto";

/**
 * Acknowledgement ids: unique within a broker and, through a random prefix, across earlier brokers on the
 * same port.
 */
export function createAckIds(): () => string {
  const prefix = randomBytes(6).toString("base64url");
  let count = 0;
  return () => `${prefix}-${(++count).toString(36)}`;
}
