import { Webhook as StandardWebhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { verifyWebhook } from "./verify-webhook.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const id = "msg_1";
const body = JSON.stringify({
  type: "video.failed",
  timestamp: "2026-11-21T05:00:00.000Z",
  data: { type: "video.failed", videoId: "v1", data: { code: "SOURCE_EMPTY" }, note: "ü 🎬" },
});

/** Signs with the Standard Webhooks project's own library. */
function signed(text = body, by = [secret], at = new Date()) {
  const signatures = by.map((one) => new StandardWebhook(one).sign(id, at, text));
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": signatures.join(" "),
  };
}

test("a message signed by the project's own library is accepted as text or bytes, with any kind of headers", async () => {
  const headers = signed();
  const message = await verifyWebhook(body, headers, secret);
  expect(message).toMatchObject({ id, type: "video.failed", data: { videoId: "v1" } });
  // The type narrows the details.
  if (message.type === "video.failed") expect(message.data.data.code).toBe("SOURCE_EMPTY");
  await expect(verifyWebhook(Buffer.from(body), new Headers(headers), secret)).resolves.toMatchObject({ id });
  const upper = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]),
  );
  await expect(verifyWebhook(Buffer.from(body), upper, secret)).resolves.toMatchObject({ id });
});

test("during a secret rotation, either side may use the new secret first", async () => {
  await expect(verifyWebhook(body, signed(body, [secret, other]), other)).resolves.toMatchObject({ id });
  await expect(verifyWebhook(body, signed(body, [other]), [secret, other])).resolves.toMatchObject({ id });
});

const old = new Date(Date.now() - 301_000);
const ahead = new Date(Date.now() + 302_000);
test.each([
  ["an altered body", body.replace("v1", "v2"), signed(), secret, "SIGNATURE_WRONG"],
  ["another endpoint's secret", body, signed(), other, "SIGNATURE_WRONG"],
  ["a changed ID", body, { ...signed(), "webhook-id": "msg_2" }, secret, "SIGNATURE_WRONG"],
  [
    "only a signature of another version",
    body,
    { ...signed(), "webhook-signature": "v1a,AAAA" },
    secret,
    "SIGNATURE_WRONG",
  ],
  ["a missing signature", body, { ...signed(), "webhook-signature": "" }, secret, "HEADER_MISSING"],
  ["an invalid signature", body, { ...signed(), "webhook-signature": "v1,§" }, secret, "SIGNATURE_WRONG"],
  ["an old message", body, signed(body, [secret], old), secret, "TIMESTAMP_REFUSED"],
  ["a message from the future", body, signed(body, [secret], ahead), secret, "TIMESTAMP_REFUSED"],
  ["an invalid timestamp", body, { ...signed(), "webhook-timestamp": "soon" }, secret, "TIMESTAMP_REFUSED"],
  ["a body that is not a message", "[]", signed("[]"), secret, "BODY_INVALID"],
  ["an empty secret", body, signed(), "whsec_", "SECRET_INVALID"],
])("%s is refused", async (_, text, headers, by, code) => {
  await expect(verifyWebhook(text, headers, by)).rejects.toMatchObject({ name: "WebhookError", code });
});

test("the tolerance is configurable", async () => {
  await expect(
    verifyWebhook(body, signed(body, [secret], old), secret, { toleranceS: 600 }),
  ).resolves.toMatchObject({ id });
});
