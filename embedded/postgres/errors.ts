export type EmbeddedPostgresErrorCode =
  /** No PostgreSQL binaries are installed for this machine. */
  | "BINARIES_MISSING"
  /** Another living process runs Postgres on this folder. */
  | "DIRECTORY_IN_USE"
  /** The folder belongs to someone else, or cannot be reached by the user that Postgres must run as. */
  | "DIRECTORY_FORBIDDEN"
  /** The folder was written by another major version. */
  | "OTHER_VERSION"
  /** The port that was asked for is taken. */
  | "PORT_TAKEN"
  /** There is no room to initialise or start. */
  | "DISK_FULL"
  /** initdb or postgres ended early; the message carries the end of its log. */
  | "START_FAILED";

/** Why the embedded Postgres is not up, in one sentence that also says what to do. */
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
    `The disk of ${directory} is full, so PostgreSQL cannot start: free some space on it, or name another folder with REELAY_DATA_DIR.`,
  );
