import { readFile } from "node:fs/promises";
import type { PrismaClient } from "../prisma/generated/client.ts";
import type { ApiKeyScope } from "../prisma/generated/enums.ts";
import { authenticate, createApiKey } from "../src/auth/index.ts";
import { writePrivateFile } from "./write-private-file.ts";

const scopes: ApiKeyScope[] = ["READ", "WRITE", "ADMIN", "OPERATOR"];

/**
 * The key that `npm start` prints. It is stored in `file`, which only its owner can read. An invalid key
 * (revoked, or from another database) is replaced.
 */
export async function ensureApiKey(db: PrismaClient, file: string): Promise<string> {
  const kept = await readFile(file, "utf8").then(
    (text) => text.trim(),
    () => "",
  );
  const answer = await authenticate(db, kept, new Date());
  if (answer !== null) {
    await ensureScopes(db, answer.viewer.apiKeyId);
    return kept;
  }
  const { token } = await createApiKey(db, {
    workspaceId: await ensureWorkspace(db),
    name: "npm start",
    scopes: scopes,
  });
  await writePrivateFile(file, `${token}\n`);
  return token;
}

/** Adds missing scopes to an older key: it belongs to the owner of this machine, who may do everything. */
async function ensureScopes(db: PrismaClient, id: string): Promise<void> {
  await db.apiKey.updateMany({
    where: { id, NOT: { scopes: { hasEvery: scopes } } },
    data: { scopes: scopes },
  });
}

async function ensureWorkspace(db: PrismaClient): Promise<string> {
  const name = "default";
  const found = await db.workspace.findFirst({ where: { name }, orderBy: { createdAt: "asc" } });
  return (found ?? (await db.workspace.create({ data: { name } }))).id;
}
