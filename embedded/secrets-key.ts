import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { writePrivateFile } from "./write-private-file.ts";

/** The key that encrypts stored secrets. Created once and stored in `file`, which only its owner can read. */
export async function ensureSecretsKey(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  const key = randomBytes(32).toString("base64");
  await writePrivateFile(file, `${key}\n`);
  return key;
}
