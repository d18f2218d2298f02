/** The secrets of webhook endpoints as the database stores them. */
import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { SecretBox, SecretContext } from "../secrets/index.ts";

export const contextOf = (endpoint: { id: string; workspaceId: string }): SecretContext => ({
  kind: "webhook-endpoint",
  workspaceId: endpoint.workspaceId,
  id: endpoint.id,
});

const BATCH = 100;

/**
 * Encrypts secrets that are stored unencrypted or with a key other than the first; afterwards the other keys
 * are no longer needed. Values that no key decrypts stay unchanged and are logged. Any number of processes
 * may run this concurrently: a row is changed only if it is still as it was read.
 */
export async function encryptWebhookSecrets(deps: {
  db: PrismaClient;
  secrets: SecretBox;
  log: Pick<Logger, "info" | "warn">;
}): Promise<void> {
  const { db, secrets, log } = deps;
  const { currentPrefix } = secrets;
  if (currentPrefix === null) return;
  let encrypted = 0;
  let after = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    const rows = await db.webhookEndpoint.findMany({
      where: {
        id: { gt: after },
        OR: [
          { secret: { not: { startsWith: currentPrefix } } },
          { previousSecret: { not: { startsWith: currentPrefix } } },
        ],
      },
      orderBy: { id: "asc" },
      take: BATCH,
    });
    for (const { id, workspaceId, secret, previousSecret } of rows) {
      const context = contextOf({ id, workspaceId });
      const renew = (stored: string) =>
        secrets.isCurrent(stored)
          ? stored
          : secrets.encryptSecret(secrets.decryptSecret(stored, context), context);
      try {
        const data = {
          secret: renew(secret),
          previousSecret: previousSecret === null ? null : renew(previousSecret),
        };
        const { count } = await db.webhookEndpoint.updateMany({
          where: { id, secret, previousSecret },
          data,
        });
        encrypted += count;
      } catch (error) {
        log.warn({ err: error, endpointId: id }, "secrets.unreadable");
      }
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) break;
    after = last.id;
  }
  if (encrypted > 0) log.info({ table: "webhook_endpoints", rows: encrypted }, "secrets.encrypted");
}
