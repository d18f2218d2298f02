/**
 * A RunPod serverless endpoint for tests: the operations that RunPod documents
 * (https://docs.runpod.io/serverless/endpoints/operation-reference), in which a request has no other fields
 * than those described, and the side that RunPod's own worker loop asks for jobs. RunPod's own client uses it
 * as well (`runpod-serverless.test.ts`). What it does not show: capacity, images, starts, rights and prices.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { Ajv2020 } from "ajv/dist/2020.js";

type Status = "IN_QUEUE" | "IN_PROGRESS" | "COMPLETED" | "FAILED" | "CANCELLED" | "TIMED_OUT";

interface Job {
  id: string;
  input: unknown;
  status: Status;
  output?: unknown;
  createdAt: number;
  policy: { executionTimeout: number; ttl: number };
}

const isRun = new Ajv2020().compile({
  type: "object",
  required: ["input"],
  additionalProperties: false,
  properties: {
    input: { type: "object", minProperties: 1 },
    webhook: { type: "string" },
    policy: {
      type: "object",
      additionalProperties: false,
      properties: {
        executionTimeout: { type: "integer", exclusiveMinimum: 5_000 },
        lowPriority: { type: "boolean" },
        ttl: { type: "integer", minimum: 10_000, maximum: 604_800_000 },
      },
    },
    s3Config: {
      type: "object",
      additionalProperties: false,
      properties: {
        accessId: { type: "string" },
        accessSecret: { type: "string" },
        bucketName: { type: "string" },
        endpointUrl: { type: "string" },
      },
    },
  },
});

const final: ReadonlySet<Status> = new Set(["COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT"]);

class Refusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

export interface RunPodEndpoint extends AsyncDisposable {
  url: string;
  endpointId: string;
  key: string;
  jobs: Job[];
  /** What the next `/run` meets after the job was created (`isLate`) or instead of it. */
  trouble: { status: number; message: string; headers?: Record<string, string>; isLate: boolean } | null;
  /** Variables with which RunPod starts a worker of the endpoint. */
  workerEnvironment: Record<string, string>;
}

const POLL_MS = 50;
/** RunPod holds the requests of workers open. */
const HELD_MS = 2_000;

export async function startRunPodEndpoint(): Promise<RunPodEndpoint> {
  const key = "rpa_key-of-the-account";
  const workerKey = "key-of-the-endpoint";
  const endpointId = "v2xk9d7q1a";
  const toStop: string[] = [];
  const closing = new AbortController();

  function find(id: string): Job {
    for (const job of endpoint.jobs) {
      const ageMs = Date.now() - job.createdAt;
      if (ageMs > job.policy.ttl) endpoint.jobs.splice(endpoint.jobs.indexOf(job), 1);
    }
    const job = endpoint.jobs.find((each) => each.id === id);
    if (job === undefined) throw new Refusal(404, "job not found");
    return job;
  }

  function run(body: unknown): object {
    if (!isRun(body)) throw new Refusal(400, JSON.stringify(isRun.errors));
    const { trouble } = endpoint;
    endpoint.trouble = null;
    if (trouble?.isLate === false) throw new Refusal(trouble.status, trouble.message, trouble.headers);
    const { input, policy } = body as { input: unknown; policy?: Partial<Job["policy"]> };
    const job: Job = {
      ...{ id: `${randomUUID()}-u1`, input, status: "IN_QUEUE", createdAt: Date.now() },
      policy: { executionTimeout: 600_000, ttl: 86_400_000, ...policy },
    };
    endpoint.jobs.push(job);
    if (trouble !== null) throw new Refusal(trouble.status, trouble.message, trouble.headers);
    return { id: job.id, status: job.status };
  }

  function cancel(id: string): object {
    const job = find(id);
    if (job.status === "IN_PROGRESS") toStop.push(id);
    if (!final.has(job.status)) job.status = "CANCELLED";
    return { id, status: job.status };
  }

  const count = (status: Status) => endpoint.jobs.filter((job) => job.status === status).length;

  /** What clients ask. */
  function answer(method: string, path: string, body: unknown): object {
    if (method === "POST" && path === "/run") return run(body);
    const [, operation = "", id = ""] = /^\/(status|cancel)\/([^/]+)$/.exec(path) ?? [];
    if (method === "GET" && operation === "status") {
      const { status, output } = find(id);
      return { id, status, delayTime: 824, ...(output !== undefined && { output, executionTime: 3_391 }) };
    }
    if (method === "POST" && operation === "cancel") return cancel(id);
    if (method === "GET" && path === "/health")
      return {
        jobs: {
          ...{ completed: count("COMPLETED"), failed: count("FAILED"), inProgress: count("IN_PROGRESS") },
          ...{ inQueue: count("IN_QUEUE"), retried: 0 },
        },
        workers: { idle: 0, initializing: 0, ready: 0, running: 0, throttled: 0, unhealthy: 0 },
      };
    throw new Refusal(404, "not found");
  }

  /** What the worker loop asks: jobs, those to stop, and where to put results. Null: 204. */
  async function serveWorker(path: string, body: unknown): Promise<object | null> {
    const [, operation = "", id = ""] =
      /^\/(job-take|job-stop|job-done|ping)\/[^/]+(?:\/([^/]+))?$/.exec(path) ?? [];
    if (operation === "ping") return {};
    if (operation === "job-done") {
      const { output, error } = body as { output?: unknown; error?: unknown };
      const job = find(id);
      if (!final.has(job.status))
        Object.assign(job, { status: error === undefined ? "COMPLETED" : "FAILED", output });
      return {};
    }
    for (let waited = 0; !closing.signal.aborted && waited < HELD_MS; waited += POLL_MS) {
      if (operation === "job-stop" && toStop.length > 0) return { jobsToStop: toStop.splice(0) };
      const job = endpoint.jobs.find(({ status }) => status === "IN_QUEUE");
      if (operation === "job-take" && job !== undefined) {
        job.status = "IN_PROGRESS";
        return { id: job.id, input: job.input };
      }
      await sleep(POLL_MS);
    }
    return null;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: object | null, headers = {}) =>
      response
        .writeHead(status, { ...(body && { "content-type": "application/json" }), ...headers })
        .end(body && JSON.stringify(body));
    try {
      const { pathname } = new URL(request.url ?? "/", "http://localhost");
      const [, id, path = ""] = /^\/v2\/([^/]+)(\/.*)$/.exec(pathname) ?? [];
      const isWorker = /^\/(job-|ping)/.test(path);
      const { authorization = "" } = request.headers;
      if (authorization !== (isWorker ? workerKey : `Bearer ${key}`)) throw new Refusal(401, "unauthorized");
      if (id !== endpointId) throw new Refusal(404, "endpoint not found");
      const hasBody = request.method === "POST" && request.headers["content-length"] !== "0";
      const body = hasBody && /^\/(run|job-done)/.test(path) ? await json(request) : undefined;
      const answered = isWorker ? await serveWorker(path, body) : answer(request.method ?? "", path, body);
      send(answered === null ? 204 : 200, answered);
    } catch (error) {
      const { status, message, headers } = error instanceof Refusal ? error : new Refusal(500, String(error));
      send(status, { error: message }, headers);
    }
  }

  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const side = `${url}/v2/${endpointId}`;
  const endpoint: RunPodEndpoint = {
    ...{ url, endpointId, key, jobs: [], trouble: null },
    workerEnvironment: {
      ...{ RUNPOD_AI_API_KEY: workerKey, RUNPOD_POD_ID: "pod-1", RUNPOD_ENDPOINT_ID: endpointId },
      RUNPOD_WEBHOOK_GET_JOB: `${side}/job-take/$ID?gpu=none`,
      RUNPOD_WEBHOOK_POST_OUTPUT: `${side}/job-done/$RUNPOD_POD_ID/$ID?gpu=none`,
      RUNPOD_WEBHOOK_PING: `${side}/ping/$RUNPOD_POD_ID`,
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return endpoint;
}
