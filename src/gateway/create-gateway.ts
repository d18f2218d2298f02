import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { encodeMessage } from "@reelay/contracts";
import type { Messaging } from "@reelay/messaging";
import {
  InvalidKeyError,
  ObjectNotFoundError,
  type ObjectStore,
  PreconditionFailedError,
  StoreFullError,
} from "@reelay/object-store";
import type { Logger } from "pino";
import { z } from "zod";
import type { DispatcherDeps } from "../dispatcher/index.ts";
import { pathOf, sendJson } from "../http/index.ts";
import type { SecretBox } from "../secrets/index.ts";
import { isCheckReport } from "../source-checks/index.ts";
import { type Checks, createChecks } from "./checks.ts";
import { type Claims, createClaims, returnAttempt } from "./claims.ts";
import { type Control, createControl } from "./control.ts";
import { GatewayError, gatewayCodes } from "./gateway-error.ts";
import { answerDeletePrefix, answerList, answerObject, type ObjectScope } from "./objects.ts";
import { assertOwnAttempt, assertOwnReport, isAttemptReport, readReport } from "./reports.ts";
import { isSpeech, mayRead, prefixOf } from "./scope.ts";
import { authenticate, join, type OwnAttempt, readOwnAttempt, renew } from "./sessions.ts";

const BASE = "/worker/v1/";
const OBJECTS = "objects/";
/** Largest body with JSON: a report of a long video names thousands of segments. */
const MAX_BODY_BYTES = 8 * 1024 ** 2;
/** Proxies give up on a request after a minute. */
const MOST_WAIT_SECONDS = 50;

interface GatewayOptions {
  dispatcher: DispatcherDeps & { databaseUrl: string };
  messaging: Messaging;
  store: ObjectStore;
  apiId: string;
  secrets: SecretBox;
  /** Largest object that a worker may store. */
  maxObjectBytes: number;
}

/** What one request of a worker is answered with. */
interface Call {
  req: IncomingMessage;
  res: ServerResponse;
  query: URLSearchParams;
}

/** Serves workers that reach the API only: `/worker/v1/…`. */
export interface Gateway extends AsyncDisposable {
  /** False: the request is not for workers. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
}

/**
 * The gateway of workers without an account at the broker or the store. docs/reference/worker-gateway.md
 * describes its calls.
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { dispatcher, messaging, apiId, secrets } = options;
  await using stack = new AsyncDisposableStack();
  const claims = stack.use(await createClaims(dispatcher));
  const control = stack.use(createControl({ messaging, apiId }));
  const { db, clock } = dispatcher;
  const checks = createChecks({ db, clock, secrets });
  const held = stack.move();
  return {
    async handle(req, res) {
      const path = pathOf(req);
      if (!path.startsWith(BASE)) return false;
      const query = new URLSearchParams((req.url ?? "").split("?", 2)[1] ?? "");
      try {
        await route({ ...options, claims, control, checks }, path.slice(BASE.length), { req, res, query });
      } catch (error) {
        refuse(res, req, error, dispatcher.log);
      }
      return true;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

type Deps = GatewayOptions & { claims: Claims; control: Control; checks: Checks };

async function route(deps: Deps, path: string, call: Call): Promise<void> {
  const { req } = call;
  if (path.startsWith(OBJECTS)) return await onObject(deps, path.slice(OBJECTS.length), call);
  const calls: Readonly<Record<string, (deps: Deps, call: Call) => Promise<void>>> = {
    "POST join": onJoin,
    "POST claim": onClaim,
    "POST check": onCheck,
    "POST reports": onReports,
    "POST return": onReturn,
    "GET control": onControl,
    "POST list": onList,
    "POST delete": onDelete,
  };
  const answer = calls[`${req.method} ${path}`];
  if (answer !== undefined) return await answer(deps, call);
  const isKnown = Object.keys(calls).some((name) => name.endsWith(` ${path}`));
  throw isKnown
    ? new GatewayError("METHOD_NOT_ALLOWED", `${req.method} is not possible here.`)
    : new GatewayError("NOT_FOUND", `Nothing is at ${BASE}${path}.`);
}

const bearerOf = ({ headers }: IncomingMessage): string | null =>
  /^Bearer ([\w-]{1,200})$/.exec(headers.authorization ?? "")?.[1] ?? null;

async function workerOf({ dispatcher }: Deps, { req }: Call) {
  return await authenticate(dispatcher, bearerOf(req));
}

async function attemptOf(deps: Deps, call: Call, credential = call.req.headers["reelay-attempt"]) {
  const worker = await workerOf(deps, call);
  return await readOwnAttempt(deps.dispatcher, worker, typeof credential === "string" ? credential : null);
}

const JoinBody = z.object({ hostname: z.string().max(300), version: z.string().max(100) });

async function onJoin({ dispatcher }: Deps, { req, res }: Call): Promise<void> {
  const body = await readBody(req, JoinBody);
  const token = bearerOf(req) ?? "";
  sendJson(res, 200, await join(dispatcher, token, body));
}

const ClaimBody = z.object({ attemptId: z.uuid() });

/** How long a worker waits for an answer, and whether it has left meanwhile. */
function waitOf({ res, query }: Call): { waitMs: number; signal: AbortSignal } {
  const seconds = Math.min(Math.max(Number(query.get("wait") ?? 0) || 0, 0), MOST_WAIT_SECONDS);
  const left = new AbortController();
  void once(res, "close").then(() => left.abort());
  return { waitMs: seconds * 1_000, signal: left.signal };
}

function sendFound(res: ServerResponse, found: object | null): void {
  if (found !== null) sendJson(res, 200, found);
  else res.writeHead(204, { "Cache-Control": "no-store" }).end();
}

async function onCheck(deps: Deps, call: Call): Promise<void> {
  const worker = await workerOf(deps, call);
  const { waitMs, signal } = waitOf(call);
  sendFound(call.res, await deps.checks.take(worker, waitMs, signal));
}

async function onClaim(deps: Deps, call: Call): Promise<void> {
  const worker = await workerOf(deps, call);
  const { attemptId } = await readBody(call.req, ClaimBody);
  const { waitMs, signal } = waitOf(call);
  sendFound(call.res, await deps.claims.claim(worker, attemptId, waitMs, signal));
}

const ReportsBody = z.object({
  reports: z
    .array(
      z.object({
        message: z.looseObject({}),
        /** `ID.TOKEN` of the attempt that it is about. Absent: it is about the worker. */
        attempt: z.string().max(200).optional(),
        /** `ID.TOKEN` of the check that it answers. */
        check: z.string().max(500).optional(),
        traceparent: z.string().max(100).optional(),
      }),
    )
    .min(1)
    .max(100),
});

/** Passes reports on as if the worker had published them. All are checked before the first one. */
async function onReports(deps: Deps, call: Call): Promise<void> {
  const worker = await workerOf(deps, call);
  const { reports } = await readBody(call.req, ReportsBody);
  const read = [];
  for (const { message, attempt, check, traceparent } of reports) {
    const report = readReport(message);
    assertOwnReport(worker, report);
    if (isCheckReport(report)) await deps.checks.assertOwnReport(worker, report, check ?? null);
    if (isAttemptReport(report))
      assertOwnAttempt(await readOwnAttempt(deps.dispatcher, worker, attempt ?? null), report);
    read.push({ report, traceparent });
  }
  for (const { report, traceparent } of read) {
    const { data, attributes } = encodeMessage(report);
    const traced = { ...attributes, ...(traceparent !== undefined && { traceparent }) };
    await deps.messaging.publishEncoded({ data, attributes: traced });
    if (report.type === "worker.seen.v1") await renew(deps.dispatcher, worker.id);
  }
  sendJson(call.res, 200, { accepted: read.length });
}

const ReturnBody = z.object({ isUnsupported: z.boolean() });

async function onReturn(deps: Deps, call: Call): Promise<void> {
  const attempt = await attemptOf(deps, call);
  const body = await readBody(call.req, ReturnBody);
  await returnAttempt(deps.dispatcher, attempt, body);
  sendJson(call.res, 200, {});
}

async function onControl(deps: Deps, call: Call): Promise<void> {
  const worker = await workerOf(deps, call);
  await deps.control.open(worker.id, call.res);
}

async function onObject(deps: Deps, path: string, call: Call): Promise<void> {
  const scope = await readScope(deps, call);
  const { store, maxObjectBytes: maxBytes } = deps;
  await answerObject({ store, maxBytes }, { scope, key: toKey(path) }, call.req, call.res);
}

const ListBody = z.object({
  prefix: z.string().max(2_000),
  isFolders: z.boolean(),
  after: z.string().max(2_000).nullable(),
});

async function onList(deps: Deps, call: Call): Promise<void> {
  const scope = await readScope(deps, call);
  const body = await readBody(call.req, ListBody);
  await answerList({ store: deps.store, maxBytes: deps.maxObjectBytes }, scope, body, call.res);
}

const DeleteBody = z.object({ prefix: z.string().max(2_000) });

async function onDelete(deps: Deps, call: Call): Promise<void> {
  const scope = await readScope(deps, call);
  const { prefix } = await readBody(call.req, DeleteBody);
  await answerDeletePrefix({ store: deps.store, maxBytes: deps.maxObjectBytes }, scope, prefix, call.res);
}

/** The store within the reach of the attempt or check that the worker names. */
async function readScope(deps: Deps, call: Call): Promise<ObjectScope> {
  const check = call.req.headers["reelay-check"];
  if (typeof check !== "string") return scopeOf(await attemptOf(deps, call));
  return await deps.checks.scopeOf(await workerOf(deps, call), check);
}

/** The store within an attempt's reach. */
function scopeOf(attempt: OwnAttempt): ObjectScope {
  const own = prefixOf(attempt);
  const refused = (key: string) =>
    new GatewayError(
      "OBJECT_FORBIDDEN",
      `The attempt may write below ${own} and read its task's objects; ${JSON.stringify(key.slice(0, 200))} is neither.`,
    );
  const assertOpen = () => {
    if (attempt.state === "OPEN") return;
    throw new GatewayError("ATTEMPT_ENDED", "The attempt has ended; it changes nothing any more.");
  };
  return {
    assertRead(key) {
      if (attempt.state === "ENDED") assertOpen();
      if (key.includes("..") || !(mayRead(attempt, key) || isSpeech(attempt, key))) throw refused(key);
    },
    assertWrite(key, isNew) {
      const isCreated = isNew && (key === attempt.scope.creates || isSpeech(attempt, key));
      if (key.includes("..") || (!key.startsWith(own) && !isCreated)) throw refused(key);
      assertOpen();
    },
    assertOwn(prefix) {
      if (prefix.includes("..") || !prefix.startsWith(own)) throw refused(prefix);
      assertOpen();
    },
  };
}

/** The key in an object's address. Throws `GatewayError`. */
export function toKey(path: string): string {
  try {
    return path.split("/").map(decodeURIComponent).join("/");
  } catch {
    throw new GatewayError("REQUEST_INVALID", "The object's address is not a valid URL.");
  }
}

async function readBody<S extends z.ZodType>(req: IncomingMessage, schema: S): Promise<z.infer<S>> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of req as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MAX_BODY_BYTES) {
      throw new GatewayError("BODY_TOO_LARGE", `A request may have ${MAX_BODY_BYTES} bytes of JSON.`);
    }
    pieces.push(piece);
  }
  const parsed = schema.safeParse(parseJson(Buffer.concat(pieces)));
  if (parsed.success) return parsed.data;
  throw new GatewayError("REQUEST_INVALID", `The request is not valid: ${z.prettifyError(parsed.error)}`);
}

function parseJson(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Answers with a typed refusal, and logs it. */
export function refuse(res: ServerResponse, req: IncomingMessage, error: unknown, log: Logger): void {
  const known = toGatewayError(error);
  // A worker that left is not answered.
  if (known === null && !res.destroyed) log.error({ err: error, path: pathOf(req) }, "gateway.failed");
  const { code, message } = known ?? new GatewayError("INTERNAL", "Internal error. The API's log has it.");
  if (known !== null) log.info({ code, path: pathOf(req), reason: message }, "gateway.refused");
  if (res.headersSent) return void res.destroy();
  // What is left of its body is not read.
  if (!req.complete) res.setHeader("Connection", "close");
  sendJson(res, gatewayCodes[code], { error: { code, message } });
}

function toGatewayError(error: unknown): GatewayError | null {
  if (error instanceof GatewayError) return error;
  if (error instanceof ObjectNotFoundError) return new GatewayError("OBJECT_NOT_FOUND", error.message);
  if (error instanceof PreconditionFailedError) return new GatewayError("PRECONDITION_FAILED", error.message);
  if (error instanceof InvalidKeyError) return new GatewayError("INVALID_KEY", error.message);
  if (error instanceof StoreFullError) return new GatewayError("STORE_FULL", error.message);
  return null;
}
