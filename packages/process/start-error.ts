/**
 * The reason why a process cannot start, in a sentence that names the setting and the remedy. Shown without a
 * stack.
 */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** A dependency of the start, with the variable that configures it. */
export type StartPart =
  | { kind: "database"; url: string }
  | { kind: "broker"; emulatorHost?: string | undefined; projectId: string }
  | { kind: "credentials"; service: string }
  | { kind: "bucket"; bucket: string }
  | { kind: "folder"; variable: string; path: string }
  | { kind: "port"; variable: string; port: number; host?: string };

/**
 * Runs a step of the start. Errors with a known cause become a `StartError` with `part`'s sentence; others
 * pass unchanged.
 */
export async function startStep<T>(part: StartPart, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const sentence = explainStart(part, error);
    throw sentence === null ? error : new StartError(sentence, { cause: error });
  }
}

/** The text to print for an error that ends a start, never a stack. */
export const toSentence = (error: unknown): string =>
  firstLine(originOf(error)) || "The start failed without a reason; set LOG_LEVEL=debug and check the log.";

/** Explains known causes in a sentence. Pure; null for other errors. */
export function explainStart(part: StartPart, thrown: unknown): string | null {
  const error = originOf(thrown);
  if (error instanceof StartError) return error.message;
  const codes = codesOf(error);
  switch (part.kind) {
    case "database":
      return explainDatabase(part.url, codes);
    case "broker":
      return explainBroker(part, codes, firstLine(error));
    case "credentials":
      return explainCredentials(part.service, firstLine(error));
    case "bucket":
      return explainBucket(part.bucket, codes);
    case "folder":
      return explainFolder(part, codes);
    default:
      return explainPort(part, codes);
  }
}

const find = (codes: readonly string[], known: readonly string[]): string | undefined =>
  codes.find((code) => known.includes(code));

function explainDatabase(text: string, codes: readonly string[]): string | null {
  const url = URL.parse(text);
  if (url === null)
    return 'DATABASE_URL is not a URL: use one like "postgresql://user:password@host:5432/reelay".';
  const where = `The database at ${url.host}`;
  if (find(codes, ["28P01", "28000", "P1000"])) {
    return `${where} refuses the user "${url.username}": correct the name or the password in DATABASE_URL.`;
  }
  if (find(codes, ["3D000", "P1003"])) {
    return `${where} has no database "${url.pathname.slice(1)}": create it, or correct the end of DATABASE_URL.`;
  }
  if (find(codes, ["42501"])) {
    return `${where} does not let the user "${url.username}" create tables: grant it that right, or set another user in DATABASE_URL.`;
  }
  if (find(codes, ["53100", "ENOSPC"])) return `${where} is out of space: free some space on its disk.`;
  const away = find(codes, [...unreachable, "P1001", "P1002", "57P03"]);
  return away ? `${where} cannot be reached (${away}): start it, or correct DATABASE_URL.` : null;
}

function explainBroker(
  { emulatorHost, projectId }: Extract<StartPart, { kind: "broker" }>,
  codes: readonly string[],
  reason: string,
): string | null {
  if (emulatorHost !== undefined) {
    const isAway = find(codes, [...unreachable, "4", "14"]) !== undefined || /deadline|timeout/i.test(reason);
    return isAway
      ? `The broker at ${emulatorHost} (PUBSUB_EMULATOR_HOST) does not answer: start it, or correct the address.`
      : null;
  }
  const project = `Google Pub/Sub refuses the project "${projectId}" (PUBSUB_PROJECT_ID)`;
  if (find(codes, ["7", "16"]))
    return `${project}: give this account the role Pub/Sub Editor there, or set another project.`;
  if (find(codes, ["5"])) return `${project}, which does not exist: correct its name.`;
  return find(codes, [...unreachable, "4", "14"])
    ? "Google Pub/Sub cannot be reached: check this machine's network, or set PUBSUB_EMULATOR_HOST to your own broker."
    : null;
}

const explainCredentials = (service: string, reason: string): string =>
  /default credentials|NO_ADC_FOUND/.test(reason) ? missingCredentials(service) : `${service}: ${reason}`;

const missingCredentials = (service: string): string =>
  `${service} needs credentials, but found none: set GOOGLE_APPLICATION_CREDENTIALS to a key file, or run where Google provides them. Without Google Cloud, set PUBSUB_EMULATOR_HOST to a broker and STORE=local.`;

function explainBucket(bucket: string, codes: readonly string[]): string | null {
  const name = `GCS_BUCKET is "${bucket}"`;
  if (find(codes, ["404"])) return `${name}: this bucket does not exist. Create it, or correct the name.`;
  if (find(codes, ["401", "403"])) {
    return `${name}: this account may not read it. Give it the role Storage Object Admin on the bucket.`;
  }
  return find(codes, unreachable)
    ? `${name}, and Cloud Storage cannot be reached: check this machine's network, or GCS_API_ENDPOINT.`
    : null;
}

function explainFolder({ variable, path }: Extract<StartPart, { kind: "folder" }>, codes: readonly string[]) {
  const name = `${variable} is "${path}"`;
  if (find(codes, ["ENOSPC", "EDQUOT"]))
    return `${name}, but its disk is full: free some space, or set another folder.`;
  const code = find(codes, ["EACCES", "EPERM", "EROFS"]);
  if (code)
    return `${name}, which this user may not write (${code}): give it write access, or set another folder.`;
  return find(codes, ["ENOTDIR", "EEXIST", "ENOENT"])
    ? `${name}, which is not a folder and cannot be created: set another one.`
    : null;
}

function explainPort(
  { variable, port, host }: Extract<StartPart, { kind: "port" }>,
  codes: readonly string[],
): string | null {
  const where = host === undefined ? `Port ${port}` : `Port ${port} on ${host}`;
  if (find(codes, ["EADDRINUSE"])) {
    return `${where} is in use by another program: stop it, or choose another port with ${variable}.`;
  }
  const code = find(codes, ["EACCES", "EADDRNOTAVAIL", "ENOTFOUND"]);
  return code
    ? `${where} is not available (${code}): choose another port with ${variable}, or another HOST.`
    : null;
}

const unreachable = [
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_NODATA",
  "ETIMEDOUT",
];

/** The original error: disposing after a failure may fail too. */
function originOf(error: unknown): unknown {
  return error instanceof SuppressedError ? originOf(error.suppressed) : error;
}

/** All codes of an error and its causes. */
function codesOf(error: unknown): string[] {
  if (typeof error !== "object" || error === null) return [];
  const { code, status, originalCode, cause, errors, meta } = error as {
    code?: unknown;
    /** The HTTP status. */
    status?: unknown;
    originalCode?: unknown;
    cause?: unknown;
    errors?: unknown;
    meta?: { driverAdapterError?: unknown };
  };
  const own = [code, status, originalCode].filter(
    (each) => typeof each === "string" || typeof each === "number",
  );
  const below = [cause, meta?.driverAdapterError, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  const reason = error instanceof Error && /timeout|timed out/i.test(error.message) ? ["ETIMEDOUT"] : [];
  return [...own.map(String), ...below.flatMap(codesOf), ...reason];
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n").find((line) => line.trim() !== "") ??
  "";
