/**
 * The worker as its own main runs it, but that HOLD_BACK names a variant that never gets finished, or
 * `preview`, which never gets stored.
 */
import { setTimeout as delay } from "node:timers/promises";
import { createPubSubMessaging } from "@reelay/messaging";
import { createLocalObjectStore, type ObjectStore } from "@reelay/object-store";
import { pino } from "pino";
import { processEnvironment, readWorkerEnv } from "../../render-worker/env.ts";
import { testJail, testKinds } from "../../render-worker/testing/kit.ts";
import { createWorker } from "../../render-worker/worker.ts";

const read = readWorkerEnv(processEnvironment);
if (!read.ok) throw new Error(read.errors.join("\n"));
const { env } = read;
if (env.store.kind !== "local") throw new Error("This worker works on a local store.");
const held = processEnvironment["HOLD_BACK"];

const local = createLocalObjectStore(env.store);
const hold = (options: { signal?: AbortSignal }) =>
  delay(600_000, undefined, options.signal ? { signal: options.signal } : {});
const store: ObjectStore = {
  ...local,
  async put(key, body, options = {}) {
    const isLast =
      key.endsWith(`/${held}/index.m3u8`) && typeof body === "string" && body.includes("EXT-X-ENDLIST");
    if (held && isLast) await hold(options);
    return await local.put(key, body, options);
  },
  async adopt(key, path, options = {}) {
    if (held === "preview" && key.includes("/preview/")) await hold(options);
    return await local.adopt(key, path, options);
  },
};

const log = pino({ level: env.logLevel });
const jail = await testJail();
const worker = createWorker({
  messaging: createPubSubMessaging(env.pubsub),
  store,
  config: env.worker,
  log,
  kinds: await testKinds({ config: env.worker, jail, log }),
  jail,
});
await worker.start();
