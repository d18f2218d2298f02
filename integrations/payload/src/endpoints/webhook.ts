import { verifyWebhook, WebhookError } from "@reelay/client";
import type { Endpoint } from "payload";
import { answering, Refusal, syncOf } from "./request.ts";

/** Messages are a few kilobytes; this is a limit against floods, not for them. */
const MAX_BYTES = 1_048_576;
/** The sender waits 20 s for an answer. */
const PATIENCE_MS = 15_000;

/**
 * `POST /api/reelay/webhook`. A message that verifies rings the bell, and is answered once the documents are
 * right; what it says is not read, so a repeat, an older one that comes late, and one that overtook another
 * do no harm. What does not verify does nothing.
 */
export const webhookEndpoint: Endpoint = {
  path: "/reelay/webhook",
  method: "post",
  handler: answering(async (req) => {
    const sync = syncOf(req);
    const secrets = await sync.webhookSecrets();
    if (secrets.length === 0) {
      throw new Refusal(
        503,
        "NO_SECRET",
        "No secret is configured. Set webhookSecret or webhookUrl in the plugin options.",
      );
    }
    const length = Number(req.headers.get("content-length") ?? 0);
    if (length > MAX_BYTES) throw new Refusal(413, "TOO_LARGE", `A message has at most ${MAX_BYTES} bytes.`);
    const rawBody = (await req.arrayBuffer?.()) ?? new ArrayBuffer(0);
    try {
      await verifyWebhook(rawBody, req.headers, secrets);
    } catch (error) {
      if (!(error instanceof WebhookError)) throw error;
      const isOurFault = error.code === "SECRET_INVALID";
      req.payload.logger.warn({ code: error.code, msg: `reelay: webhook refused: ${error.message}` });
      throw new Refusal(isOurFault ? 500 : 401, error.code, error.message);
    }
    const isRight = await inTime(sync.catchUp(), PATIENCE_MS);
    // It is sent again, later and later, for three days; and tried again here, much sooner.
    if (!isRight)
      throw new Refusal(503, "NOT_CAUGHT_UP", "The documents could not be brought up to date just now.");
    return new Response(null, { status: 204 });
  }),
};

async function inTime(work: Promise<unknown>, ms: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  work.then(
    () => resolve(true),
    () => resolve(false),
  );
  return await promise.finally(() => clearTimeout(timer));
}
