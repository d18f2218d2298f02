import { statfs } from "node:fs/promises";

export type EmbeddedPostgresErrorCode =
  /** No PostgreSQL binaries are installed for this machine. */
  | "BINARIES_MISSING"
  /** Another living process runs Postgres on this folder. */
  | "DIRECTORY_IN_USE"
  /** The folder belongs to another user, or Postgres' user cannot reach it. */
  | "DIRECTORY_FORBIDDEN"
  /** Another major version wrote the folder. */
  | "OTHER_VERSION"
  /** The requested port is in use. */
  | "PORT_TAKEN"
  /** The disk is too full to initialize or start. */
  | "DISK_FULL"
  /** initdb or postgres ended early; the message contains the end of its log. */
  | "START_FAILED";

/** The reason why the embedded Postgres is not running, with the remedy. */
export class EmbeddedPostgresError extends Error {
  readonly code: EmbeddedPostgresErrorCode;
  constructor(code: EmbeddedPostgresErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "EmbeddedPostgresError";
    this.code = code;
  }
}

export const diskFull = (directory: string): EmbeddedPostgresError =>
  new EmbeddedPostgresError(
    "DISK_FULL",
    `The disk of ${directory} is full, so PostgreSQL cannot start: free some space, or set another folder with REELAY_DATA_DIR.`,
  );

/** PostgreSQL recovers into a new file of 16 MB and needs some space beside it. */
const NEEDED_BYTES = 32 * 1024 * 1024;

/** True if the disk of `directory` has too little space for a server. */
export async function isFull(directory: string): Promise<boolean> {
  const found = await statfs(directory).catch(() => null);
  return found !== null && found.bavail * found.bsize < NEEDED_BYTES;
}
