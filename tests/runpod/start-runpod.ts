/**
 * RunPod's API for tests, as far as the back end uses it. Requests and answers are checked against RunPod's
 * own OpenAPI document, in which a request, a pod and a list have no other fields than those described. Pods
 * run until they are deleted. What no such check shows: capacity, images, starts, rights and prices.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { Ajv2020 } from "ajv/dist/2020.js";
import openapi from "./openapi.json" with { type: "json" };

/** `application/problem+json`. */
export class Problem extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.headers = headers;
  }
}

// oxlint-disable-next-line typescript/no-explicit-any -- as the document describes it
type Pod = any;

const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema(close(openapi) as object, "runpod");
const compile = (name: string) => ajv.compile({ $ref: `runpod#/components/schemas/${name}` });
const isCreate = compile("CreatePodRequest");
const isPod = compile("Pod");
const isList = compile("ListPodsResponse");
const isError = compile("ErrorResponse");

/** Answers may have no more fields than the document names, which leaves them open. */
function close(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(close);
  if (typeof value !== "object" || value === null) return value;
  const { components, ...rest } = value as typeof openapi;
  if (components === undefined)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, close(each)]));
  const closed = Object.entries(components.schemas).map(([name, schema]) => [
    name,
    ["Pod", "ListPodsResponse", "ErrorResponse"].includes(name)
      ? { ...schema, unevaluatedProperties: false }
      : schema,
  ]);
  return { ...rest, components: { ...components, schemas: Object.fromEntries(closed) } };
}

export interface RunPod extends AsyncDisposable {
  url: string;
  key: string;
  /** As RunPod would return them. They may be changed. */
  pods: Pod[];
  /** GPU types and CPU flavors that cannot be placed now. */
  scarce: Set<string>;
  /** What the next creation meets after the pod was created (`isLate`) or instead of it. */
  trouble: { problem: Problem; isLate: boolean } | null;
}

export async function startRunPod(): Promise<RunPod> {
  const key = "rpa_key-of-the-account";

  function create(body: unknown): object {
    if (!isCreate(body)) throw new Problem(422, ajv.errorsText(isCreate.errors));
    const {
      name,
      image,
      env = {},
      args = "",
      disk = 50,
      ports = [],
      cloud = "SECURE",
      gpu,
      cpu,
      ...more
    } = body as Pod;
    if ((gpu === undefined) === (cpu === undefined))
      throw new Problem(400, "exactly one of gpu or cpu must be set");
    if (image === undefined) throw new Problem(400, "image is required unless templateId is set");
    const { trouble } = runpod;
    runpod.trouble = null;
    if (trouble?.isLate === false) throw trouble.problem;
    if (runpod.scarce.has((gpu ?? cpu).id))
      throw new Problem(400, "There are no instances currently available with the requested specifications");
    const pod = {
      ...{ id: randomBytes(7).toString("hex"), name, image, env, args, disk, ports, cloud },
      ...{ status: "PROVISIONING", actions: ["stop", "terminate"], registry: more.registry ?? null },
      ...{ mounts: {}, dataCenterId: null, cudaVersion: null, ssh: { proxy: null, direct: null } },
      ...{ template: null, cost: 0.44, locked: false, globalNetworking: { enabled: false } },
      ...{ runtime: null, createdAt: new Date().toISOString(), startedAt: null },
      ...(gpu ? { gpu: { count: 1, id: gpu.id, ...gpu } } : { cpu: { ...cpu, memory: cpu.vcpuCount * 2 } }),
    };
    runpod.pods.push(pod);
    if (trouble !== null) throw trouble.problem;
    return checked(isPod, pod);
  }

  function checked(validate: typeof isPod, answer: object): object {
    if (!validate(answer)) throw new Error(`RunPod does not answer so: ${ajv.errorsText(validate.errors)}`);
    return answer;
  }

  function answer(method: string, path: string, body: unknown): [status: number, answer?: object] {
    if (method === "POST" && path === "/v2/pods") return [201, create(body)];
    if (method === "GET" && path === "/v2/pods") return [200, checked(isList, { pods: runpod.pods })];
    const id = /^\/v2\/pods\/([^/]+)$/.exec(path)?.[1];
    const index = runpod.pods.findIndex((pod) => pod.id === id);
    if (method !== "DELETE" || index < 0) throw new Problem(404, "not found");
    runpod.pods.splice(index, 1);
    return [204];
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, type: string, body?: object, headers = {}) =>
      response
        .writeHead(status, { ...(body && { "content-type": type }), ...headers })
        .end(body && JSON.stringify(body));
    try {
      if (request.headers.authorization !== `Bearer ${key}`) throw new Problem(401, "invalid API key");
      const body = request.headers["content-type"] === undefined ? undefined : await json(request);
      const [status, answered] = answer(request.method ?? "", request.url ?? "", body);
      send(status, "application/json", answered);
    } catch (error) {
      const { status, message, headers } = error instanceof Problem ? error : new Problem(500, String(error));
      const problem = checked(isError, { title: "Refused", status, detail: message });
      send(status, "application/problem+json", problem, headers);
    }
  }

  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const runpod: RunPod = {
    ...{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key },
    ...{ pods: [], scarce: new Set(), trouble: null },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return runpod;
}
