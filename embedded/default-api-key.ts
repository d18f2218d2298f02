import { readFile } from "node:fs/promises";
import type { PrismaClient } from "../prisma/generated/client.ts";
import type { ApiKeyScope } from "../prisma/generated/enums.ts";
import { createApiKey } from "../src/auth/api-keys.ts";
import { authenticate } from "../src/auth/authenticate.ts";
import { writePrivateFile } from "./write-private-file.ts";

const scopes: ApiKeyScope[] = ["READ", "WRITE", "ADMIN", "OPERATOR"];

/**
 * The key that `npm start` hands out. It is kept in `file`, readable by its owner only; one that is not valid any more
 * (revoked, or of another database) is replaced.
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
    scopes,
  });
  await writePrivateFile(file, `${token}\n`);
  return token;
}

/** A key from before a scope existed: it belongs to the person whose machine this is, who may do everything. */
async function ensureScopes(db: PrismaClient, id: string): Promise<void> {
  await db.apiKey.updateMany({ where: { id, NOT: { scopes: { hasEvery: scopes } } }, data: { scopes } });
}

async function ensureWorkspace(db: PrismaClient): Promise<string> {
  const name = "default";
  const found = await db.workspace.findFirst({ where: { name }, orderBy: { createdAt: "asc" } });
  return (found ?? (await db.workspace.create({ data: { name } }))).id;
}
