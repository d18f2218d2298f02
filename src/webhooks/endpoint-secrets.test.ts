import { randomBytes } from "node:crypto";
import { afterAll, expect, test, vi } from "vitest";
import { createSecretBox, type SecretBox } from "../secrets/index.ts";
import { encryptWebhookSecrets } from "./endpoint-secrets.ts";
import { rotateWebhookSecret } from "./endpoints.ts";
import { startReceiver } from "./testing/receiver.ts";
import { createWebhookWorld } from "./testing/webhook-world.ts";

const world = await createWebhookWorld();
const receiver = await startReceiver();
afterAll(async () => {
  await receiver[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});
const { db, deps } = world;
const quiet = { info: vi.fn<() => void>(), warn: vi.fn<() => void>() };
const encryptAll = (secrets: SecretBox) => encryptWebhookSecrets({ db, secrets, log: quiet });

test("the database contains no signing secret in plain text, neither the current nor the previous one", async () => {
  const { endpointId, secret } = await world.createEndpoint(receiver.url);
  const { secret: next } = await rotateWebhookSecret(deps, world.viewer, endpointId);
  const stored = JSON.stringify(await db.$queryRaw`SELECT e::text AS row FROM webhook_endpoints e`);
  expect(stored).not.toContain(secret.slice(6));
  expect(stored).not.toContain(next.slice(6));
  expect(stored).not.toContain("whsec_");
});

test("secrets that an earlier version stored unencrypted still sign, and are encrypted at the next start", async () => {
  const { endpointId, secret } = await world.createEndpoint(receiver.url);
  await db.webhookEndpoint.update({ where: { id: endpointId }, data: { secret } });
  await encryptAll(deps.secrets);
  const { secret: stored, ...endpoint } = await world.endpoint(endpointId);
  expect(deps.secrets.isCurrent(stored)).toBe(true);
  const context = { kind: "webhook-endpoint", workspaceId: endpoint.workspaceId, id: endpointId } as const;
  expect(deps.secrets.decryptSecret(stored, context)).toBe(secret);
  await encryptAll(deps.secrets);
  expect((await world.endpoint(endpointId)).secret).toBe(stored);
});

test("after a key rotation the old key is no longer needed", async () => {
  const { endpointId, secret } = await world.createEndpoint(receiver.url);
  const old = randomBytes(32);
  const next = randomBytes(32);
  const context = {
    kind: "webhook-endpoint",
    workspaceId: world.viewer.workspaceId,
    id: endpointId,
  } as const;
  const stored = createSecretBox([old]).encryptSecret(secret, context);
  await db.webhookEndpoint.update({
    where: { id: endpointId },
    data: { secret: stored, previousSecret: stored, previousSecretExpiresAt: new Date() },
  });
  await encryptAll(createSecretBox([next, old]));
  const row = await world.endpoint(endpointId);
  const alone = createSecretBox([next]);
  expect(alone.decryptSecret(row.secret, context)).toBe(secret);
  expect(alone.decryptSecret(row.previousSecret ?? "", context)).toBe(secret);
});

test("a message that cannot be signed is not sent, and the attempt records the reason", async () => {
  const { endpointId } = await world.createEndpoint(receiver.url, ["video.ready"]);
  const unreadable = createSecretBox([randomBytes(32)]).encryptSecret("whsec_", {
    kind: "webhook-endpoint",
    workspaceId: world.viewer.workspaceId,
    id: endpointId,
  });
  await db.webhookEndpoint.update({ where: { id: endpointId }, data: { secret: unreadable } });
  receiver.received.length = 0;
  await world.write(await world.createVideo(), ["ready"]);
  await world.deliverAll();
  const [delivery] = await world.deliveries(endpointId);
  expect(delivery).toMatchObject({ state: "PENDING", attempts: [{ errorCode: "SECRET_UNREADABLE" }] });
  expect(delivery?.attempts[0]?.errorMessage).toMatch(
    /encrypted with the key [0-9a-f]{8}, which SECRETS_KEY/,
  );
  expect(receiver.received.map(({ id }) => id)).not.toContain(`msg_${delivery?.id}`);
});
