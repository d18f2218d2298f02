/** Judged by the reference library of the Standard Webhooks project. */
import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { createSecret, liveSecrets, signatureHeaders } from "./sign.ts";

const body = JSON.stringify({ type: "video.ready", data: { title: "naïve 映画 🎬" } });
const signed = (secrets: string[], { at = new Date(), messageId = "msg_1" } = {}) =>
  signatureHeaders({ messageId, at, body }, secrets);
const secret = createSecret();
const webhook = new Webhook(secret);

test("a message that was signed here is accepted, and read as it was", () => {
  expect(webhook.verify(body, signed([secret]))).toEqual(JSON.parse(body));
});

test("a secret has 32 random bytes in base64 behind whsec_", () => {
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(createSecret()).not.toBe(secret);
});

test("altered, old, early, swapped and foreign messages are rejected", () => {
  const headers = signed([secret]);
  const minutes = (count: number) => new Date(Date.now() + count * 60_000);
  expect(() => webhook.verify(body.replace("ready", "reads"), headers)).toThrow("No matching signature");
  expect(() => webhook.verify(body, signed([secret], { at: minutes(-6) }))).toThrow("too old");
  expect(() => webhook.verify(body, signed([secret], { at: minutes(6) }))).toThrow("too new");
  expect(() => webhook.verify(body, { ...headers, "webhook-id": "msg_2" })).toThrow("No matching signature");
  const later = { ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) + 1) };
  expect(() => webhook.verify(body, later)).toThrow("No matching signature");
  expect(() => webhook.verify(body, signed([createSecret()]))).toThrow("No matching signature");
});

test("during a rotation a message verifies with either secret, and afterwards with the new one alone", () => {
  const previousSecret = createSecret();
  const endpoint = { secret, previousSecret, previousSecretExpiresAt: new Date("2026-11-22T00:00:00Z") };
  const during = signed(liveSecrets(endpoint, new Date("2026-11-21T23:59:59Z")));
  expect(webhook.verify(body, during)).toBeTruthy();
  expect(new Webhook(previousSecret).verify(body, during)).toBeTruthy();
  const after = signed(liveSecrets(endpoint, new Date("2026-11-22T00:00:00Z")));
  expect(webhook.verify(body, after)).toBeTruthy();
  expect(() => new Webhook(previousSecret).verify(body, after)).toThrow("No matching signature");
});
