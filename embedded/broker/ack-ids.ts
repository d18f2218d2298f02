import { randomBytes } from "node:crypto";

/** Acknowledgement ids: unique within a broker and, by their random beginning, among brokers that ran before on the same port. */
export function createAckIds(): () => string {
  const prefix = randomBytes(6).toString("base64url");
  let count = 0;
  return () => `${prefix}-${(++count).toString(36)}`;
}
