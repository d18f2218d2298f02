/**
 * Starts workers for Reelay, as child processes. The requests are described in
 * src/compute/backends/http-endpoint/openapi.json; replace `start` to rent machines elsewhere. In the clone:
 *
 *     COMPUTE_ENDPOINT_KEY=… npx node examples/compute-endpoint/server.ts
 */
import { type ChildProcess, spawn } from "node:child_process";
import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

interface Order {
  environment: Record<string, string>;
  endsWithinSeconds: number;
}
interface Machine {
  name: string;
  ref: string;
  state: "RUNNING" | "ENDED";
  exitCode: number | null;
}

const { COMPUTE_ENDPOINT_KEY: key, PORT = "8700", MAX_MACHINES = "2" } = process.env;
if (key === undefined) {
  console.error("Usage: COMPUTE_ENDPOINT_KEY=… [PORT=8700] [MAX_MACHINES=2] node server.ts");
  process.exit(2);
}
const worker =
  process.env["WORKER_PROGRAM"] ?? fileURLToPath(new URL("../../render-worker/main.ts", import.meta.url));
// What every program needs. This server's key is not passed on.
const { PATH, HOME, TMPDIR } = process.env;

/** Ended ones are kept, so that an order that is repeated late starts nothing. */
const machines = new Map<string, Machine>();
const children = new Map<string, ChildProcess>();

class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

function start(name: string, { environment, endsWithinSeconds }: Order): Machine {
  if (children.size >= Number(MAX_MACHINES))
    throw new Refusal(409, "NO_CAPACITY", `${children.size} machines run; MAX_MACHINES is ${MAX_MACHINES}.`);
  const child = spawn(process.execPath, ["--no-deprecation", worker], {
    env: { PATH, HOME, TMPDIR, ...environment },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const machine: Machine = { name, ref: String(child.pid), state: "RUNNING", exitCode: null };
  const end = setTimeout(() => child.kill("SIGKILL"), Math.min(endsWithinSeconds * 1_000, 2 ** 31 - 1));
  child.once("close", (code) => {
    clearTimeout(end);
    children.delete(name);
    Object.assign(machine, { state: "ENDED", exitCode: code });
  });
  child.on("error", (error) => console.error(`${name}: ${error.message}`));
  machines.set(name, machine);
  children.set(name, child);
  return machine;
}

function stop(name: string): void {
  const child = children.get(name);
  if (child === undefined || child.killed) return;
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), 30_000).unref();
}

async function answer(request: IncomingMessage): Promise<{ status: number; body?: object }> {
  const given = Buffer.from(request.headers.authorization ?? "");
  const expected = Buffer.from(`Bearer ${key}`);
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new Refusal(401, "CREDENTIALS", "The key is wrong.");
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const [, name] = /^\/machines\/([a-z][a-z0-9-]{0,62})$/.exec(pathname) ?? [];
  if (request.method === "GET" && pathname === "/machines") {
    const prefix = searchParams.get("prefix") ?? "";
    const found = [...machines.values()].filter((machine) => machine.name.startsWith(prefix));
    return { status: 200, body: { machines: found.slice(-1_000), next: null } };
  }
  if (name === undefined) throw new Refusal(404, "NOT_FOUND", `There is no ${pathname}.`);
  if (request.method === "DELETE") {
    stop(name);
    return { status: machines.has(name) ? 204 : 404 };
  }
  if (request.method !== "PUT") throw new Refusal(405, "INVALID_REQUEST", "Use GET, PUT or DELETE.");
  const order = (await json(request)) as Order;
  const existing = machines.get(name);
  return existing ? { status: 200, body: existing } : { status: 201, body: start(name, order) };
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const { status, body } = await answer(request);
    response.writeHead(status, { "content-type": "application/json" }).end(body && JSON.stringify(body));
  } catch (error) {
    const { status, code } = error instanceof Refusal ? error : { status: 400, code: "INVALID_REQUEST" };
    const message = error instanceof Error ? error.message : String(error);
    response
      .writeHead(status, { "content-type": "application/json" })
      .end(JSON.stringify({ error: { code, message: message.slice(0, 1_000) } }));
  }
}

const server = createServer((request, response) => void serve(request, response));
server.listen(Number(PORT), "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  console.log(`http://127.0.0.1:${port}`);
});

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
    for (const name of children.keys()) stop(name);
  });
