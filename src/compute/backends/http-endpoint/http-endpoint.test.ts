import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LaunchError } from "../../launch-error.ts";
import { openBackend } from "../../testing/adapters.ts";
import openapi from "./openapi.json" with { type: "json" };

const KEY = "key-that-must-not-be-shown";
const JOIN = `rj_${"j".repeat(43)}`;
const signal = AbortSignal.timeout(60_000);
const order = {
  name: "reelay-1",
  environment: { WORKER_MODE: "drain", WORKER_JOIN_TOKEN: JOIN },
  secretVariables: ["WORKER_JOIN_TOKEN"],
  endsWithinSeconds: 60,
};
const machine = { name: "reelay-1", ref: "m-1", state: "STARTING", exitCode: null };

let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void;
const server = createServer((request, response) => {
  void text(request).then((body) => answer(request, response, body));
});
let url: string;
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/reelay/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const open = (settings: object = {}) =>
  openBackend("HTTP_ENDPOINT", { url, ...settings }, "reelay-", { COMPUTE_ENDPOINT_KEY: KEY });

const refuse = (status: number, body: unknown = "", headers: Record<string, string> = {}) => {
  answer = (_request, response) =>
    void response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
};

async function launchError(settings: object = {}): Promise<LaunchError> {
  const error: unknown = await open(settings)
    .launch(order, signal)
    .catch((thrown: unknown) => thrown);
  if (!(error instanceof LaunchError)) throw new Error(`It was not refused: ${JSON.stringify(error)}`);
  for (const secret of [KEY, JOIN]) expect(`${error.message} ${error.said}`).not.toContain(secret);
  return error;
}

test("a request has the key, and a body that the published document describes", async () => {
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema(openapi, "openapi");
  const validate = ajv.compile({ $ref: "openapi#/components/schemas/Order" });
  let seen: unknown;
  answer = ({ method, url: path, headers: { authorization } }, response, body) => {
    seen = { method, path, authorization, body: JSON.parse(body) };
    response.writeHead(201).end(JSON.stringify(machine));
  };
  expect(await open({ machine: { cpus: 4 } }).launch(order, signal)).toEqual({ ref: "m-1" });
  const body = { environment: order.environment, endsWithinSeconds: 60, machine: { cpus: 4 } };
  const path = "/reelay/machines/reelay-1";
  expect(seen).toEqual({ method: "PUT", path, authorization: `Bearer ${KEY}`, body });
  expect(validate(body)).toBe(true);
  expect(validate({ ...body, colour: "blue" })).toBe(false);
});

test.each([
  [401, undefined, "CREDENTIALS"],
  [402, undefined, "INSUFFICIENT_CREDIT"],
  [403, "NO_CAPACITY", "CREDENTIALS"],
  [404, undefined, "NOT_FOUND"],
  [409, undefined, "NO_CAPACITY"],
  [422, "IMAGE_UNAVAILABLE", "IMAGE_UNAVAILABLE"],
  [422, undefined, "INVALID_REQUEST"],
  [429, undefined, "RATE_LIMITED"],
  [429, "QUOTA", "QUOTA"],
  [500, "INVALID_REQUEST", "UNAVAILABLE"],
  [503, "NO_CAPACITY", "NO_CAPACITY"],
  [307, undefined, "UNAVAILABLE"],
])("%i with the code %s is %s, and shows no key that the server repeats", async (status, code, expected) => {
  const said = `refused ${KEY} and ${JOIN}`;
  refuse(status, code === undefined ? said : { error: { code, message: said } }, {
    "retry-after": "7",
    location: "/elsewhere",
  });
  expect(await launchError()).toMatchObject({
    code: expected,
    said: "refused … and …",
    retryAfterMs: 7_000,
  });
});

test.each([
  ["no JSON", "started"],
  ["an unknown field", { ...machine, colour: "blue" }],
  ["a missing field", { name: "reelay-1", ref: "1" }],
  ["another machine", { ...machine, name: "reelay-2" }],
  ["an endless answer", "x".repeat(1_100_000)],
])("%s in an accepted launch is UNAVAILABLE: a machine may have started", async (_what, body) => {
  refuse(201, body);
  expect(await launchError()).toMatchObject({ code: "UNAVAILABLE" });
});

test("a server that does not answer in time, or is not there, is UNAVAILABLE", async () => {
  answer = () => undefined;
  const late = await launchError({ timeoutSeconds: 1 });
  expect(late).toMatchObject({ code: "UNAVAILABLE", message: expect.stringContaining("within 1 s") });
  expect(await launchError({ url: "http://127.0.0.1:1" })).toMatchObject({ code: "UNAVAILABLE" });
});

test("a list has all pages, and only machines of this installation", async () => {
  answer = ({ url: path }, response) => {
    const cursor = new URL(path ?? "", url).searchParams.get("cursor");
    const name = cursor === null ? "other-1" : "reelay-1";
    response.end(JSON.stringify({ machines: [{ ...machine, name }], next: cursor === null ? "2" : null }));
  };
  expect(await open().list(signal, [])).toEqual([machine]);
});

test.each(["http://example.com", "https://me:pw@example.com", "ftp://example.com"])(
  "%s is refused as an address",
  (address) => {
    expect(() => open({ url: address })).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
  },
);
