import { randomBytes } from "node:crypto";
import { createTestEventLogs, log } from "../../events/testing/event-logs.ts";
import { createSecretBox } from "../../secrets/index.ts";
import { createDeliverer } from "../deliver.ts";
import { createWebhookEndpoint, type WebhookDeps } from "../endpoints.ts";
import { fanOut } from "../fan-out.ts";
import { createSender } from "../send.ts";

/** Of each request: no receiver of a test is so late that it counts as silent, unless the test says so. */
const timeoutMs = 20_000;

/** A database with a workspace, and the sending side on it, run step by step at a time that the test sets. */
export async function createWebhookWorld({ allowPrivate = ["127.0.0.1"] } = {}) {
  await using stack = new AsyncDisposableStack();
  const system = stack.use(await createTestEventLogs());
  const { db, workspaceId } = system;
  let now = new Date();
  const clock = () => now;
  const secrets = createSecretBox([randomBytes(32)]);
  const deps: WebhookDeps = { db, clock, secrets, limits: { allowPrivateWebhooks: allowPrivate } };
  const viewer = { apiKeyId: "", workspaceId, scopes: ["ADMIN"] as const };
  const store = { publicUrl: (key: string) => `http://store/${key}` };

  const processes = stack.use(new AsyncDisposableStack());
  /** A process that sends. */
  function startDeliverer(ownTimeoutMs = timeoutMs) {
    const sender = processes.use(createSender({ timeoutMs: ownTimeoutMs, allowPrivate, clock }));
    return processes.use(createDeliverer({ db, sender, secrets, clock, log, timeoutMs: ownTimeoutMs }));
  }
  const deliverer = startDeliverer();

  const fanOutAll = async () => {
    while (await fanOut({ db, store, clock, codec: system.log.codec }));
  };

  const held = stack.move();
  return {
    ...system,
    deps,
    viewer,
    deliverer,
    startDeliverer,
    fanOutAll,
    clock,
    advance: (ms: number) => {
      now = new Date(now.getTime() + ms);
    },
    createEndpoint: async (url: string, eventTypes: string[] = []) => {
      const { endpointId, secret } = await createWebhookEndpoint(deps, viewer, { url, eventTypes });
      return { endpointId, secret: secret ?? "" };
    },
    /** Makes deliveries of what is in the log and sends what is due, until nothing is. */
    async deliverAll() {
      await fanOutAll();
      while ((await deliverer.deliverDue()) > 0) await deliverer.idle();
    },
    endpoint: (id: string) => db.webhookEndpoint.findUniqueOrThrow({ where: { id } }),
    deliveries: (endpointId: string) =>
      db.webhookDelivery.findMany({
        where: { endpointId },
        orderBy: [{ position: "asc" }, { id: "asc" }],
        include: { attempts: { orderBy: { number: "asc" } } },
      }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

export type WebhookWorld = Awaited<ReturnType<typeof createWebhookWorld>>;
