/** The secrets of signing keys as the database stores them. */
import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { SecretBox, SecretContext } from "../secrets/index.ts";

export const contextOf = (key: { keyId: string; workspaceId: string }): SecretContext => ({
  kind: "signing-key",
  workspaceId: key.workspaceId,
  id: key.keyId,
});

/**
 * Encrypts secrets that are stored unencrypted or with a key other than the first. Values that no key
 * decrypts stay unchanged and are logged. Any number of processes may run this concurrently: a row is changed
 * only if it is still as it was read.
 */
export async function encryptSigningSecrets(deps: {
  db: PrismaClient;
  secrets: SecretBox;
  log: Pick<Logger, "info" | "warn">;
}): Promise<void> {
  const { db, secrets, log } = deps;
  const { currentPrefix } = secrets;
  if (currentPrefix === null) return;
  // A handful per workspace.
  const rows = await db.signingKey.findMany({
    where: { secret: { not: { startsWith: currentPrefix } } },
    select: { id: true, keyId: true, workspaceId: true, secret: true },
  });
  let encrypted = 0;
  for (const row of rows) {
    const context = contextOf(row);
    try {
      const secret = secrets.encryptSecret(secrets.decryptSecret(row.secret, context), context);
      const { count } = await db.signingKey.updateMany({
        where: { id: row.id, secret: row.secret },
        data: { secret },
      });
      encrypted += count;
    } catch (error) {
      log.warn({ err: error, signingKeyId: row.id }, "secrets.unreadable");
    }
  }
  if (encrypted > 0) log.info({ table: "signing_keys", rows: encrypted }, "secrets.encrypted");
}
