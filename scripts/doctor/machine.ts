/** Disk and port. */
import { access, constants, mkdir, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import type { Finding } from "./finding.ts";

/** Sources, their ladders and the database of an evening's trying out. */
const COMFORTABLE_BYTES = 5e9;
const MINIMAL_BYTES = 5e8;

export async function checkDataDirectory(directory: string): Promise<Finding> {
  const what = "data folder";
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const remedy = "give write access to it, or set REELAY_DATA_DIR to another folder";
    return { what, state: "missing", detail: `${directory}: ${(error as Error).message}`, remedy };
  }
  const { bavail, bsize } = await statfs(directory);
  const freeBytes = bavail * bsize;
  const detail = `${directory}, writable, ${(freeBytes / 1e9).toFixed(1)} GB free`;
  if (freeBytes >= COMFORTABLE_BYTES) return { what, state: "ok", detail };
  const state = freeBytes >= MINIMAL_BYTES ? "limited" : "missing";
  return {
    what,
    state,
    detail,
    remedy: "free some space, or set REELAY_DATA_DIR to a folder on a larger disk",
  };
}

export async function checkPort(port: number): Promise<Finding> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    const remedy = "set PORT to a number from 0 to 65535";
    return { what: "port", state: "missing", detail: "PORT is no TCP port", remedy };
  }
  const server = createServer();
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once("error", resolve);
    server.listen(port, () => resolve(undefined));
  });
  await new Promise((resolve) => server.close(resolve));
  const what = `port ${port}`;
  if (error === undefined) return { what, state: "ok", detail: "free" };
  const remedy = "if that is not a running Reelay: stop what uses it, or set PORT to another one";
  return { what, state: "limited", detail: `cannot be listened on (${error.code})`, remedy };
}
