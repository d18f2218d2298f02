/**
 * Another process on the same store folder: `store-child.ts DIRECTORY create|count|hang`. Prints its result
 * as one line of JSON.
 */
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setInterval } from "node:timers/promises";
import { PreconditionFailedError } from "../errors.ts";
import { createLocalObjectStore } from "../local-object-store.ts";

const [directory = "", task] = process.argv.slice(2);
const store = createLocalObjectStore({ directory, publicBaseUrl: "http://localhost/media/" });
const say = (answer: unknown) => process.stdout.write(`${JSON.stringify(answer)}\n`);

/** Counts the keys, of 50, that this process was the first to create. */
async function create(): Promise<number> {
  let created = 0;
  for (let i = 0; i < 50; i++) {
    const won = await store.put(`race/${i}`, `${process.pid}`, { ifGenerationMatch: "0" }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof PreconditionFailedError) return false;
        throw error;
      },
    );
    if (won) created++;
  }
  return created;
}

/** Adds 1 to a shared counter 50 times through conditional writes. */
async function count(): Promise<void> {
  for (let added = 0; added < 50; ) {
    const { object, body } = await store.read("counter");
    const next = `${Number(await text(body)) + 1}`;
    try {
      await store.put("counter", next, { ifGenerationMatch: object.generation });
      added++;
    } catch (error) {
      if (!(error instanceof PreconditionFailedError)) throw error;
    }
  }
}

/** Never finishes the object that it started. */
async function hang(): Promise<void> {
  async function* endless() {
    yield "half";
    say("writing");
    for await (const _tick of setInterval(1000)) yield "more";
  }
  await store.put("half", Readable.from(endless()));
}

if (task === "create") say(await create());
if (task === "count") say((await count()) ?? "done");
if (task === "hang") await hang();
await store[Symbol.asyncDispose]();
