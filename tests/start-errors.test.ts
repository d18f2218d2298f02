import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, freePort, type TestDatabase } from "./kit/index.ts";
import { succeeds } from "./kit/succeeds.ts";

const root = resolve(import.meta.dirname, "..");

let folder: string;
let database: TestDatabase;
/** A file where a folder is meant. */
let file: string;
let takenPort: number;
let freePorts: number[];
const taken = createServer();
/** A storage service that has nothing. */
const storage = createHttpServer((_, res) => {
  const error = { code: 404, message: "The specified bucket does not exist." };
  res.writeHead(404, { "content-type": "application/json" }).end(JSON.stringify({ error }));
});
let withoutBuckets: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reelay-start-errors-"));
  file = join(folder, "file");
  await writeFile(file, "");
  database = await createTestDatabase();
  await new Promise<void>((done) => void taken.listen(0, "127.0.0.1", done));
  const address = taken.address();
  takenPort = typeof address === "object" && address !== null ? address.port : 0;
  await new Promise<void>((done) => void storage.listen(0, "127.0.0.1", done));
  withoutBuckets = `http://127.0.0.1:${(storage.address() as AddressInfo).port}`;
  freePorts = [await freePort(), await freePort()];
});
afterAll(async () => {
  taken.close();
  storage.close();
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

type Variables = Record<string, string>;
/** What no test run may hand on. */
const foreign =
  /^(DATABASE_URL|PUBLIC_URL|PUBSUB_|STORE|GCS_|GOOGLE_|GCLOUD|HOST$|PORT$|NODE_(?!COMPILE)|VITEST|INIT_CWD|REELAY_|FFMPEG_PATH|SECRETS|SANDBOX|SOURCE_)/;

/** Runs one of our programs until it ends, with these variables and no other setting of ours. */
async function run(
  program: string,
  variables: Variables,
  prefix: readonly string[] = [],
  options: readonly string[] = ["--no-deprecation"],
) {
  const inherited = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  const [path = "", ...args] = program.split(" ");
  const command = [...prefix, process.execPath, ...options, join(root, path), ...args];
  const child = spawn(command[0] ?? "", command.slice(1), {
    cwd: folder,
    env: {
      ...Object.fromEntries(inherited),
      // Without credentials, the library would request them over the network.
      METADATA_SERVER_DETECTION: "none",
      HOME: folder,
      LOG_LEVEL: "warn",
      SECRETS_KEY: "none",
      REELAY_DATA_DIR: join(folder, "data"),
      ...variables,
    },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 110_000,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const code = await new Promise<number | null>((done) => child.once("close", done));
  return { code, lines: output.trim().split("\n") };
}

const api = "src/main.ts";
const worker = "render-worker/main.ts";
const start = "embedded/main.ts";
const apiKey = "scripts/create-api-key.ts --workspace acme";

const withDatabase = (change: (url: URL) => void): string => {
  const url = new URL(database.url);
  change(url);
  return url.href;
};
const unusedAddress = () => `127.0.0.1:${freePorts[0]}`;
const good = (): Variables => ({ DATABASE_URL: database.url, PUBSUB_EMULATOR_HOST: unusedAddress() });

/** What is wrong, with which program, and what it says. */
const faults: readonly (readonly [string, string, () => Variables, RegExp])[] = [
  ["no database is named", api, () => ({}), /^DATABASE_URL is not set\. Example: DATABASE_URL=/],
  ["a number is none", api, () => ({ ...good(), PORT: "high" }), /^PORT is "high".*Example: PORT=/],
  [
    "the database's password is wrong",
    api,
    () => ({ ...good(), DATABASE_URL: withDatabase((url) => (url.password = "wrong")) }),
    /refuses the user "postgres": correct the name or the password in DATABASE_URL/,
  ],
  [
    "there is no such database",
    api,
    () => ({ ...good(), DATABASE_URL: withDatabase((url) => (url.pathname = "/nowhere")) }),
    /has no database "nowhere": create it, or correct the end of DATABASE_URL/,
  ],
  [
    "the database's host does not exist",
    api,
    () => ({ ...good(), DATABASE_URL: withDatabase((url) => (url.hostname = "nowhere.invalid")) }),
    /at nowhere\.invalid:\d+ cannot be reached \(E\w+\): start it, or correct DATABASE_URL/,
  ],
  [
    "there are no credentials",
    api,
    () => ({ DATABASE_URL: database.url, PUBSUB_PROJECT_ID: "acme" }),
    /^Google Pub\/Sub needs credentials.*GOOGLE_APPLICATION_CREDENTIALS.*PUBSUB_EMULATOR_HOST/,
  ],
  ["a bucket has no name", api, () => ({ ...good(), STORE: "gcs" }), /^GCS_BUCKET is not set/],
  ["nothing runs here", worker, () => ({}), /^No system found.*PUBSUB_EMULATOR_HOST.*npm start/],
  [
    "there are no credentials",
    worker,
    () => ({ STORE_DIRECTORY: join(folder, "store") }),
    /^Google Pub\/Sub needs credentials.*GOOGLE_APPLICATION_CREDENTIALS.*PUBSUB_EMULATOR_HOST/,
  ],
  [
    "there are no credentials for the bucket",
    worker,
    () => ({ ...good(), STORE: "gcs", GCS_BUCKET: "acme" }),
    /^Google Cloud Storage needs credentials.*GOOGLE_APPLICATION_CREDENTIALS/,
  ],
  [
    "the bucket does not exist",
    worker,
    () => ({ ...good(), STORE: "gcs", GCS_BUCKET: "acme", GCS_API_ENDPOINT: withoutBuckets }),
    /^GCS_BUCKET is "acme": this bucket does not exist/,
  ],
  [
    "rare formats are to be opened outside of the full jail",
    worker,
    () => ({ ...good(), STORE_DIRECTORY: join(folder, "store"), SOURCE_DECODERS: "all", SANDBOX: "off" }),
    /^SOURCE_DECODERS is "all", which needs a FULL jail, and this machine has NONE.*SOURCE_DECODERS=common/,
  ],
  [
    "ffmpeg is not where it should be",
    worker,
    () => ({ ...good(), FFMPEG_PATH: join(folder, "no-ffmpeg") }),
    /no-ffmpeg.*FFMPEG_PATH|FFMPEG_PATH.*no-ffmpeg/,
  ],
  [
    "the store's folder cannot be one",
    worker,
    () => ({ ...good(), STORE_DIRECTORY: join(file, "store") }),
    /^STORE_DIRECTORY is ".*", which is not a folder and cannot be created/,
  ],
  [
    "the data folder cannot be one",
    start,
    () => ({ REELAY_DATA_DIR: join(file, "data"), PORT: String(freePorts[1]) }),
    /^REELAY_DATA_DIR is ".*", which is not a folder and cannot be created/,
  ],
  [
    "the port is taken",
    start,
    () => ({ PORT: String(takenPort) }),
    /^Port \d+ on 127\.0\.0\.1 is in use.*PORT=/,
  ],
  [
    "the database is away",
    start,
    () => ({ PORT: String(freePorts[1]), DATABASE_URL: `postgresql://a:b@${unusedAddress()}/reelay` }),
    /cannot be reached \(ECONNREFUSED\): start it, or correct DATABASE_URL/,
  ],
  [
    "the database is away",
    apiKey,
    () => ({ DATABASE_URL: `postgresql://a:b@${unusedAddress()}/reelay` }),
    /cannot be reached \(ECONNREFUSED\): start it, or correct DATABASE_URL/,
  ],
  ["no database is named", apiKey, () => ({}), /^No database: DATABASE_URL is not set.*npm start/],
];

test.each(faults)(
  "%s: %s states which setting is wrong and what to do, without a stack trace",
  async (_, program, variables, sentence) => {
    const { code, lines } = await run(program, variables());
    const last = lines.at(-1) ?? "";
    expect([code, last]).toEqual([1, expect.stringMatching(sentence)]);
    expect(lines.length, lines.join("\n")).toBeLessThanOrEqual(4);
    expect(lines.join("\n")).not.toMatch(/^\s+at |\\n {4}at |node_modules/m);
  },
);

test("the doctor reports an invalid port instead of failing", async () => {
  const { code, lines } = await run("scripts/doctor.ts", { PORT: "high" });
  expect(code).toBe(1);
  expect(lines.join("\n")).toMatch(/PORT is no TCP port\n.*set PORT to a number from 0 to 65535/);
  expect(lines.join("\n")).not.toMatch(/^\s+at /m);
});

/** Where nothing is in the way, nothing is skipped. */
const isDemanded = process.env["CI"] === "true" && process.getuid?.() === 0;
const canUnshare = process.platform === "linux" && (await succeeds("unshare", "-n", "true"));
/** An image's command: Node's options, without Node and the bundle. */
const optionsOf = async (dockerfile: string) => {
  const text = await readFile(join(root, dockerfile), "utf8");
  const command = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(text)?.[1] ?? "[]") as string[];
  return command.slice(1, -1);
};

test.skipIf(!canUnshare && !isDemanded).each([
  ["src/Dockerfile", api],
  ["render-worker/Dockerfile", worker],
])(
  "the command of %s without credentials and network prints one sentence (skipped where the network must stay)",
  async (dockerfile, program) => {
    const given = { DATABASE_URL: "postgresql://a:b@127.0.0.1:1/reelay", PUBSUB_PROJECT_ID: "acme" };
    // A worker without its own store would look for a running system.
    const variables = { ...given, STORE: "gcs", GCS_BUCKET: "acme", METADATA_SERVER_DETECTION: "" };
    const { code, lines } = await run(program, variables, ["unshare", "-n"], await optionsOf(dockerfile));
    expect([code, lines]).toEqual([1, [expect.stringMatching(/^Google Pub\/Sub needs credentials/)]]);
  },
);

const canMount =
  process.platform === "linux" && (await succeeds("unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"));
test.skipIf(!canMount && !isDemanded)(
  "a full disk at the start is named in the error (skipped where nothing may be mounted)",
  async () => {
    const data = await mkdtemp(join(folder, "full-"));
    const mount = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o size=2m tmpfs "$0" && exec "$@"', data];
    const { code, lines } = await run(start, { REELAY_DATA_DIR: data, PORT: String(freePorts[1]) }, mount);
    expect([code, lines.at(-1)]).toEqual([1, expect.stringMatching(/disk .*full.*REELAY_DATA_DIR/)]);
    expect(lines.join("\n")).not.toMatch(/^\s+at /m);
  },
);
