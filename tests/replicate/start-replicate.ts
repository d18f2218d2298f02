/**
 * Replicate's API for tests, as far as the back end uses it. Requests and answers are checked against the
 * types of Replicate's own client, which Replicate generates from its OpenAPI document, without other
 * fields. With a `runner`, predictions run on Cog's own server. What it does not show: capacity, images,
 * starts, rights and prices.
 */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { installPythonPackages } from "../kit/python-environment.ts";

/** Problems as Replicate answers them. */
export class Problem extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.headers = headers;
  }
}

interface Prediction {
  id: string;
  status: "starting" | "processing" | "succeeded" | "failed" | "canceled";
  input: Record<string, unknown>;
  output: unknown;
  created_at: string;
  deadline?: string;
  [field: string]: unknown;
}

export interface Replicate extends AsyncDisposable {
  url: string;
  key: string;
  deployment: string;
  /** The newest first. */
  predictions: Prediction[];
  /** Predictions of a page. */
  pageSize: number;
  /** What the next creation meets after the prediction was created (`isLate`) or instead of it. */
  trouble: { problem: Problem; isLate: boolean } | null;
}

const VERSION = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa";

/** Python with Cog, Replicate's client, and Node. */
export const installCog = (): Promise<string> => installPythonPackages(join(import.meta.dirname, "python"));

let validators: Promise<Record<"create" | "createOfDeployment" | "prediction", ValidateFunction>> | undefined;

async function compile() {
  const { stdout } = await promisify(execFile)(await installCog(), [
    ...["-I", join(import.meta.dirname, "schemas.py")],
  ]);
  const schemas = JSON.parse(stdout) as Record<"create" | "createOfDeployment" | "prediction", object>;
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  return {
    create: ajv.compile(schemas.create),
    createOfDeployment: ajv.compile(schemas.createOfDeployment),
    prediction: ajv.compile(schemas.prediction),
  };
}

/** Seconds of `Cancel-After`, e.g. `660s`. */
function parseDuration(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const [, count = "", unit = "s"] = /^(\d{1,7})([smh]?)$/.exec(header) ?? [];
  const seconds = Number(count) * ({ s: 1, m: 60, h: 3_600 }[unit] ?? 1);
  if (count === "" || seconds < 5) throw new Problem(422, "Cancel-After: give at least 5 seconds");
  return seconds;
}

export async function startReplicate({ runner }: { runner?: string } = {}): Promise<Replicate> {
  validators ??= compile();
  const validate = await validators;
  const key = "r8_key-of-the-account";

  function check(which: keyof typeof validate, value: unknown): void {
    const isValid = validate[which];
    if (!isValid(value))
      throw which === "prediction"
        ? new Error(`Replicate does not answer so: ${JSON.stringify(isValid.errors)}`)
        : new Problem(422, JSON.stringify(isValid.errors));
  }

  function show(prediction: Prediction): object {
    check("prediction", prediction);
    return prediction;
  }

  function create(body: unknown, deployment: string | undefined, cancelAfter: string | undefined): object {
    check(deployment === undefined ? "create" : "createOfDeployment", withoutVersion(body, deployment));
    const { trouble } = replicate;
    replicate.trouble = null;
    if (trouble?.isLate === false) throw trouble.problem;
    const seconds = parseDuration(cancelAfter);
    const { input } = body as { input: Record<string, unknown> };
    const id = randomBytes(13).toString("hex");
    const now = Date.now();
    const prediction: Prediction = {
      ...{ id, status: "starting", input, output: null, error: null, logs: "", data_removed: false },
      ...{ model: "acme/reelay-worker", version: VERSION, created_at: new Date(now).toISOString() },
      ...(seconds !== undefined && { deadline: new Date(now + seconds * 1_000).toISOString() }),
      ...(deployment !== undefined && { deployment }),
      urls: {
        get: `${replicate.url}/v1/predictions/${id}`,
        cancel: `${replicate.url}/v1/predictions/${id}/cancel`,
        web: `https://replicate.com/p/${id}`,
      },
    };
    replicate.predictions.unshift(prediction);
    if (runner !== undefined) void run(runner, prediction);
    if (trouble !== null) throw trouble.problem;
    return show(prediction);
  }

  /** As Replicate runs it: when the container has room, with a webhook about the end. */
  async function run(server: string, prediction: Prediction): Promise<void> {
    const { id, input } = prediction;
    while (prediction.status === "starting") {
      const response = await fetch(`${server}/predictions/${id}`, {
        method: "PUT",
        headers: { "content-type": "application/json", prefer: "respond-async" },
        body: JSON.stringify({
          ...{ input, webhook: `${replicate.url}/internal/${id}`, webhook_events_filter: ["completed"] },
        }),
      });
      if (response.status === 202) {
        Object.assign(prediction, { status: "processing", started_at: new Date().toISOString() });
        return;
      }
      if (response.status !== 409) throw new Error(`Cog: ${response.status} ${await response.text()}`);
      await sleep(100);
    }
  }

  function find(id: string): Prediction {
    const found = replicate.predictions.find((each) => each.id === id);
    if (found === undefined) throw new Problem(404, "The requested resource could not be found.");
    return found;
  }

  async function cancel(id: string): Promise<object> {
    const prediction = find(id);
    if (prediction.status === "processing" && runner !== undefined)
      await fetch(`${runner}/predictions/${id}/cancel`, { method: "POST" });
    else if (["starting", "processing"].includes(prediction.status)) prediction.status = "canceled";
    return show(prediction);
  }

  function list({ searchParams, pathname }: URL): object {
    const after = Date.parse(searchParams.get("created_after") ?? "1970-01-01");
    const from = Number(searchParams.get("cursor") ?? 0);
    for (const name of searchParams.keys())
      if (!["created_after", "created_before", "cursor"].includes(name))
        throw new Problem(400, `unknown parameter ${name}`);
    const found = replicate.predictions.filter(({ created_at }) => Date.parse(created_at) >= after);
    const to = from + replicate.pageSize;
    const next = new URL(`${replicate.url}${pathname}?${searchParams}`);
    next.searchParams.set("cursor", String(to));
    return {
      ...{ previous: null, next: to < found.length ? next.href : null },
      results: found.slice(from, to).map(show),
    };
  }

  async function answer(request: IncomingMessage, url: URL): Promise<[status: number, body: object]> {
    const body = request.headers["content-type"] === "application/json" ? await json(request) : undefined;
    const what = `${request.method} ${url.pathname}`;
    const [, deployment] = /^\w+ \/v1\/deployments\/([^/]+\/[^/]+)/.exec(what) ?? [];
    if (deployment !== undefined && deployment !== replicate.deployment)
      throw new Problem(404, "The requested resource could not be found.");
    const cancelAfter = request.headers["cancel-after"] as string | undefined;
    if (/^POST \/v1\/(deployments\/[^/]+\/[^/]+\/)?predictions$/.test(what))
      return [201, create(body, deployment, cancelAfter)];
    if (what === "GET /v1/predictions") return [200, list(url)];
    const [, id = "", operation] = / \/v1\/predictions\/([^/]+)(\/cancel)?$/.exec(what) ?? [];
    if (request.method === "POST" && operation) return [200, await cancel(id)];
    if (request.method === "GET" && id !== "") return [200, show(find(id))];
    if (what === `GET /v1/deployments/${deployment}`) return [200, { owner: "acme", name: "worker" }];
    if (what === "GET /v1/account") return [200, { type: "organization", username: "acme" }];
    throw new Problem(404, "The requested resource could not be found.");
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: object, headers = {}) =>
      response
        .writeHead(status, { "content-type": "application/json", ...headers })
        .end(JSON.stringify(body));
    try {
      const url = new URL(request.url ?? "/", replicate.url);
      if (url.pathname.startsWith("/internal/")) {
        const { status, output = null } = (await json(request)) as Pick<Prediction, "status" | "output">;
        Object.assign(find(url.pathname.slice(10)), { status, output });
        return void send(200, {});
      }
      if (request.headers.authorization !== `Bearer ${key}`)
        throw new Problem(401, "You did not pass a valid authentication token");
      send(...(await answer(request, url)));
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem(500, String(error));
      const { status, message, headers } = problem;
      send(status, { title: "Refused", detail: message, status }, headers);
    }
  }

  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const replicate: Replicate = {
    ...{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key },
    ...{ deployment: "acme/worker", predictions: [], pageSize: 100, trouble: null },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return replicate;
}

/** Of a prediction without a deployment, the version is in the body; the client's types have it apart. */
function withoutVersion(body: unknown, deployment: string | undefined): unknown {
  if (deployment !== undefined || typeof body !== "object" || body === null) return body;
  const { version, ...rest } = body as { version?: unknown };
  if (typeof version !== "string") throw new Problem(422, "- version is required");
  return rest;
}
