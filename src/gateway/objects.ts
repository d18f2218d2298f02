import type { IncomingMessage, ServerResponse } from "node:http";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ObjectStore, PutOptions, StoredObject } from "@reelay/object-store";
import { GatewayError } from "./gateway-error.ts";

/** What a credential reaches in the store. Each throws `GatewayError` for a key that it may not use so. */
export interface ObjectScope {
  assertRead(key: string): void;
  /** `isNew`: the write requires that the object does not exist. */
  assertWrite(key: string, isNew: boolean): void;
  /** A folder whose objects may be listed and deleted. */
  assertOwn(prefix: string): void;
}

interface ObjectsOptions {
  store: ObjectStore;
  /** Largest object. */
  maxBytes: number;
}

/** Header of an object's metadata: JSON in base64url, since keys may have any characters. */
const OBJECT_HEADER = "Reelay-Object";

const toHeader = (object: StoredObject): string => Buffer.from(JSON.stringify(object)).toString("base64url");

/** Serves the store to a worker: `GET`, `HEAD`, `PUT` and `DELETE` of one object. */
export async function answerObject(
  { store, maxBytes }: ObjectsOptions,
  { scope, key }: { scope: ObjectScope; key: string },
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  switch (req.method) {
    case "HEAD": {
      scope.assertRead(key);
      const object = await store.head(key);
      if (object === null) throw new GatewayError("OBJECT_NOT_FOUND", `There is no object ${key}.`);
      return void res.writeHead(200, { [OBJECT_HEADER]: toHeader(object) }).end();
    }
    case "GET":
      scope.assertRead(key);
      return await send(store, key, req, res);
    case "PUT": {
      const options = putOptionsOf(req);
      scope.assertWrite(key, options.ifGenerationMatch === "0");
      const object = await receive({ store, maxBytes }, key, req, options);
      return sendJsonLine(res, object);
    }
    case "DELETE":
      scope.assertOwn(key);
      return sendJsonLine(res, { existed: await store.delete(key) });
    default:
      throw new GatewayError("METHOD_NOT_ALLOWED", "Objects have GET, HEAD, PUT and DELETE.");
  }
}

/** Lists below a prefix: objects, or folders one level below, one JSON value per line. */
export async function answerList(
  { store }: ObjectsOptions,
  scope: ObjectScope,
  { prefix, isFolders, after }: { prefix: string; isFolders: boolean; after: string | null },
  res: ServerResponse,
): Promise<void> {
  scope.assertOwn(prefix);
  const found = isFolders ? store.folders(prefix, after === null ? {} : { after }) : store.list(prefix);
  // The first one before the head, so that a refusal of the store has its status.
  const iterator = found[Symbol.asyncIterator]();
  let next = await iterator.next();
  res.writeHead(200, { "Content-Type": "application/jsonl", "Cache-Control": "no-store" });
  for (; !next.done && !res.destroyed; next = await iterator.next())
    res.write(`${JSON.stringify(next.value)}\n`);
  // The last line tells a complete list from one that broke off.
  res.end("null\n");
}

/** Deletes everything below a folder. */
export async function answerDeletePrefix(
  { store }: ObjectsOptions,
  scope: ObjectScope,
  prefix: string,
  res: ServerResponse,
): Promise<void> {
  scope.assertOwn(prefix);
  sendJsonLine(res, { count: await store.deletePrefix(prefix) });
}

function putOptionsOf({ headers }: IncomingMessage): PutOptions {
  const contentType = headers["content-type"];
  const text = (name: string) => {
    const value = headers[name];
    return typeof value === "string" ? decodeURIComponent(value) : undefined;
  };
  const [disposition, generation] = [text("reelay-disposition"), text("reelay-if-generation")];
  return {
    ...(contentType !== undefined && { contentType }),
    ...(disposition !== undefined && { contentDisposition: disposition }),
    ...(generation !== undefined && { ifGenerationMatch: generation }),
    ...(headers["reelay-may-be-lost"] === "1" && { mayBeLost: true }),
  };
}

async function receive(
  { store, maxBytes }: ObjectsOptions,
  key: string,
  req: IncomingMessage,
  options: PutOptions,
): Promise<StoredObject> {
  const tooLarge = () =>
    new GatewayError("BODY_TOO_LARGE", `An object may have ${maxBytes} bytes; ${key} has more.`);
  if (Number(req.headers["content-length"] ?? 0) > maxBytes) throw tooLarge();
  let received = 0;
  const counted = new Transform({
    transform(piece: Buffer, _encoding, done) {
      received += piece.length;
      done(received > maxBytes ? tooLarge() : null, piece);
    },
  });
  // A worker that breaks off leaves no object: the store sees a failed stream.
  req.once("error", (error) => counted.destroy(error));
  req.once("aborted", () => counted.destroy(new Error("The worker broke off its upload.")));
  return await store.put(key, req.pipe(counted), options);
}

async function send(
  store: ObjectStore,
  key: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(req.headers.range ?? "") ?? [];
  const generation = req.headers["reelay-generation"];
  const of = typeof generation === "string" ? await store.head(key) : null;
  if (typeof generation === "string" && of === null)
    throw new GatewayError("PRECONDITION_FAILED", `${key} is gone.`);
  if (of !== null && of.generation !== generation)
    throw new GatewayError("PRECONDITION_FAILED", `${key} was replaced.`);
  const { object, body } = await store.read(key, {
    ...(start !== undefined && { start: Number(start) }),
    ...(end && { end: Number(end) }),
    ...(of !== null && { of }),
  });
  try {
    res.writeHead(start === undefined ? 200 : 206, {
      "Content-Type": "application/octet-stream",
      "Cache-Control": "no-store",
      [OBJECT_HEADER]: toHeader(object),
    });
    await pipeline(body, res);
  } finally {
    body.destroy();
  }
}

function sendJsonLine(res: ServerResponse, value: unknown): void {
  res.writeHead(200, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  res.end(`${JSON.stringify(value)}\n`);
}
