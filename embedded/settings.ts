import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { StartError } from "./start-error.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The embedded system's data folder and address. */
export interface Settings {
  /** Absolute path. `REELAY_DATA_DIR`; default: `.reelay` in the project's folder. */
  dataDirectory: string;
  /** `PORT`; default 4000; 0 selects a free port. */
  port: number;
  /** `HOST`; default 127.0.0.1 (only this machine). */
  host: string;
}

/** @throws {StartError} if PORT is invalid. */
export function readSettings(environment: Environment, folder: string): Settings {
  const text = environment["PORT"] || "4000";
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new StartError(`PORT is "${text}", which is not a TCP port: use a number from 0 to 65535.`);
  }
  return {
    dataDirectory: path.resolve(folder, environment["REELAY_DATA_DIR"] || ".reelay"),
    port,
    host: environment["HOST"] || "127.0.0.1",
  };
}

/** Creates a folder and its parents. Node's own `recursive` never returns below `/proc`. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await stat(folder)).isDirectory()) return;
    if (code !== "ENOENT") throw error;
    await makeFolder(path.dirname(folder));
    await mkdir(folder);
  }
}

/** Paths in the data folder. */
export const layoutOf = (dataDirectory: string) => ({
  postgres: path.join(dataDirectory, "postgres"),
  store: path.join(dataDirectory, "store"),
  work: path.join(dataDirectory, "work"),
  log: path.join(dataDirectory, "reelay.log"),
  secretsKey: path.join(dataDirectory, "secrets-key"),
  apiKey: path.join(dataDirectory, "api-key"),
  runFile: path.join(dataDirectory, "run.json"),
});
