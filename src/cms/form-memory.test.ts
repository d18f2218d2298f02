import { request } from "node:http";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { createCmsApi, filePart, formOf, formPath, formType } from "./testing/cms-api.ts";

const MiB = 2 ** 20;
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

test("the memory that forms use does not grow with their files", async () => {
  await using api = await createCmsApi({ uploadBytes: 100 * MiB });
  const whole = formOf([filePart("")]);
  const body = whole.indexOf("\r\n\r\n") + 4;

  /** By Node's own client, which reads no further ahead than the connection takes. */
  const send = async (sizeBytes: number, look: () => Promise<void>) => {
    const form = async function* () {
      yield whole.subarray(0, body);
      for (let sent = 0; sent < sizeBytes; sent += MiB) {
        if (sent % (4 * MiB) === 0) await look();
        yield Buffer.alloc(MiB, 7);
      }
      yield whole.subarray(body);
    };
    const headers = { "content-type": formType, authorization: api.authorization };
    const sending = request(`${api.url}${formPath}`, { method: "POST", headers });
    const answered = new Promise<string>((resolve, reject) => {
      sending.once("error", reject);
      sending.once("response", (response) => void text(response).then(resolve, reject));
    });
    await pipeline(Readable.from(form(), { highWaterMark: 1 }), sending);
    expect(await answered).toContain('"success":true');
  };

  /**
   * The most that buffers took while six forms came in, three at a time; unreferenced memory does not count.
   */
  const peakOf = async (sizeBytes: number): Promise<number> => {
    collect();
    const before = process.memoryUsage().arrayBuffers;
    let peak = 0;
    const look = async () => {
      collect();
      // Buffers are released after the collection and are counted until then.
      await delay(10);
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
    };
    for (let round = 0; round < 2; round += 1) {
      await Promise.all([1, 2, 3].map(() => send(sizeBytes, look)));
    }
    return peak;
  };
  await peakOf(MiB);
  const [small, large] = [await peakOf(8 * MiB), await peakOf(40 * MiB)];
  expect(large).toBeLessThan(small + 24 * MiB);
});
