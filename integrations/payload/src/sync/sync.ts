import { createClient } from "@reelay/client";
import type { Payload } from "payload";
import type { Settings } from "../options.ts";
import { catchUp } from "./catch-up.ts";
import type { CaughtUp, Sync } from "./registry.ts";
import { createWebhookKeeper } from "./webhook-endpoint.ts";

const RETRY_FROM_MS = 500;
const RETRY_UP_TO_MS = 15_000;
/** A catch-up that hangs is given up and tried again. */
const TIMEOUT_MS = 60_000;

/** Keeps documents right until it is disposed. Starts nothing by itself: `ring` does. */
export function createSync(payload: Payload, settings: Settings): Sync {
  const client = createClient({ url: settings.url, apiKey: settings.apiKey });
  const webhook = createWebhookKeeper(payload, client, settings);
  const ended = new AbortController();
  const health: Sync["health"] = { caughtUpAt: null, error: null };
  let failures = 0;
  let isThorough = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<CaughtUp> | undefined;
  let next: Promise<CaughtUp> | undefined;

  async function run(): Promise<CaughtUp> {
    clearTimeout(timer);
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    try {
      const { slug } = settings;
      const result = await catchUp({
        payload,
        client,
        slug,
        signal,
        isThorough,
        ensureWebhook: webhook.ensure,
      });
      if (failures > 0 || result.documents > 0) payload.logger.info({ ...result, msg: "reelay: caught up" });
      Object.assign(health, { caughtUpAt: new Date().toISOString(), error: null });
      failures = 0;
      isThorough = false;
      // The next one by the clock looks at everything that is under way.
      if (settings.catchUpEveryMs > 0) wait(settings.catchUpEveryMs);
      return result;
    } catch (error) {
      ended.signal.throwIfAborted();
      health.error = error instanceof Error ? error.message : String(error);
      if (failures === 0) payload.logger.warn({ err: error, msg: "reelay: not caught up, trying again" });
      failures += 1;
      wait(Math.min(RETRY_UP_TO_MS, RETRY_FROM_MS * 2 ** (failures - 1)) * (0.75 + Math.random() / 2));
      throw error;
    }
  }

  function wait(ms: number) {
    clearTimeout(timer);
    timer = setTimeout(() => {
      isThorough = true;
      ring();
    }, ms);
    // A script that ends does not wait for it.
    timer.unref();
  }

  /** One at a time; a request during a run starts another one after it. */
  function request(): Promise<CaughtUp> {
    if (ended.signal.aborted) return Promise.reject(ended.signal.reason as Error);
    if (!running) {
      running = run().finally(() => {
        running = undefined;
      });
      return running;
    }
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined;
        return request();
      });
    return next;
  }

  function ring() {
    // Said by the log, and tried again.
    request().catch(() => {});
  }

  return {
    settings,
    client,
    health,
    ring,
    catchUp: request,
    webhookSecrets: () => webhook.secrets(),
    [Symbol.dispose]() {
      clearTimeout(timer);
      ended.abort(new Error("Payload's configuration was replaced."));
      void client.close();
    },
  };
}
