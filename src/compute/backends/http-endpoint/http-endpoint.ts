import { z } from "zod";
import { askProvider, parseRetryAfter } from "../../ask-provider.ts";
import {
  type BackendDeps,
  type ComputeBackend,
  defineBackend,
  type Machine,
  secretsOf,
} from "../../compute-backend.ts";
import { LaunchError, type LaunchErrorOptions } from "../../launch-error.ts";
import { keyVariable, providerAddress, timeoutSeconds } from "../../provider-settings.ts";
import { checkMachine, checkPage, checkProblem } from "./answers.ts";
import { explainRefusal } from "./explain-refusal.ts";

const Settings = z.strictObject({
  /** Address of the server; `/machines` is below it. */
  url: providerAddress,
  /** Environment variable of the API with the key that the server expects. */
  keyVariable: keyVariable.default("COMPUTE_ENDPOINT_KEY"),
  /** Passed to the server as it is: a size, a region, an image. */
  machine: z.record(z.string().max(100), z.union([z.string(), z.number(), z.boolean()])).optional(),
  timeoutSeconds,
});

/** Pages of a list. */
const MAX_PAGES = 100;

/** Starts workers through a server of the operator's own, as `openapi.json` describes it. */
export const httpEndpoint = defineBackend("HTTP_ENDPOINT", Settings, openHttpEndpoint);

interface Request {
  method: "GET" | "PUT" | "DELETE";
  path: string;
  body?: object;
  secrets?: readonly string[];
}

interface Answer {
  /** Parsed JSON; undefined if there is none. */
  json: unknown;
  fail: (problem: string, options?: LaunchErrorOptions) => LaunchError;
}

function openHttpEndpoint(
  { url, keyVariable, machine, timeoutSeconds }: z.infer<typeof Settings>,
  { prefix, secret }: BackendDeps,
): ComputeBackend {
  const key = secret(keyVariable);
  const base = url.replace(/\/$/, "");

  /** Throws `LaunchError` unless the status is 2xx, or 404 of a DELETE. */
  async function ask(
    { method, path, body, secrets: more = [] }: Request,
    signal: AbortSignal,
  ): Promise<Answer> {
    const secrets = [key, ...more];
    const headers = { authorization: `Bearer ${key}` };
    const request = { method, url: `${base}${path}`, headers, body, secrets, timeoutSeconds };
    const { what, status, headers: answered, json, text } = await askProvider(request, signal);
    if ((status >= 200 && status < 300) || (method === "DELETE" && status === 404))
      return {
        json,
        fail: (problem, options) =>
          new LaunchError("UNAVAILABLE", `${what}: ${problem}`, {
            secrets,
            remedy: "Compare the server with openapi.json.",
            ...options,
          }),
      };
    const problem = checkProblem(json);
    const stated = "value" in problem ? problem.value.error : undefined;
    throw new LaunchError(
      explainRefusal(status, stated?.code),
      `${what}: the server refused with ${status}`,
      {
        said: stated?.message ?? (text === "" ? undefined : text),
        secrets,
        retryAfterMs: parseRetryAfter(answered.get("retry-after"), new Date()),
      },
    );
  }

  async function list(signal: AbortSignal): Promise<Machine[]> {
    const machines: Machine[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const query = new URLSearchParams({ prefix, ...(cursor !== null && { cursor }) });
      const { json, fail } = await ask({ method: "GET", path: `/machines?${query}` }, signal);
      const checked = checkPage(json);
      if ("problem" in checked) throw fail(`the answer is not a list of machines (${checked.problem})`);
      machines.push(...checked.value.machines.filter(({ name }) => name.startsWith(prefix)));
      cursor = checked.value.next;
      if (cursor === null) return machines;
    }
    throw new LaunchError("UNAVAILABLE", `${base}/machines: the list has more than ${MAX_PAGES} pages`);
  }

  return {
    async launch(order, signal) {
      const { name, environment, endsWithinSeconds } = order;
      const body = { environment, endsWithinSeconds, ...(machine && { machine }) };
      const request: Request = { method: "PUT", path: `/machines/${name}`, body, secrets: secretsOf(order) };
      const { json, fail } = await ask(request, signal);
      const checked = checkMachine(json);
      if ("problem" in checked) throw fail(`the answer is not a machine (${checked.problem})`);
      if (checked.value.name !== name) throw fail("the answer is about another machine");
      return { ref: checked.value.ref };
    },
    list,
    async stop({ name }, signal) {
      await ask({ method: "DELETE", path: `/machines/${name}` }, signal);
    },
    async check(signal) {
      await list(signal);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
