import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { createCmsApi, filePart, formOf, formType } from "./testing/cms-api.ts";

const MiB = 2 ** 20;
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

test("what forms take of memory does not grow with their files", async () => {
  await using api = await createCmsApi({ uploadBytes: 100 * MiB });
  const piece = Buffer.alloc(MiB, 7);
  const whole = formOf([filePart("")]);
  const body = whole.indexOf("\r\n\r\n") + 4;
  const send = async (sizeBytes: number, look: () => void) => {
    const form = async function* () {
      yield whole.subarray(0, body);
      for (let sent = 0; sent < sizeBytes; sent += MiB) {
        if (sent % (4 * MiB) === 0) look();
        yield Buffer.from(piece);
      }
      yield whole.subarray(body);
    };
    const answer = await api.send(form(), { "content-type": formType });
    expect(answer.status).toBe(201);
  };
  /** The most that buffers took while six forms came in, three at a time; what nobody holds any more is no use. */
  const peakOf = async (sizeBytes: number): Promise<number> => {
    collect();
    const before = process.memoryUsage().arrayBuffers;
    let peak = 0;
    const look = () => {
      collect();
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
    };
    for (let round = 0; round < 2; round += 1) {
      await Promise.all([1, 2, 3].map(() => send(sizeBytes, look)));
    }
    return peak;
  };
  await peakOf(MiB);
  const [small, large] = [await peakOf(4 * MiB), await peakOf(24 * MiB)];
  expect(large).toBeLessThan(small + 12 * MiB);
  expect(large).toBeLessThan(48 * MiB);
}, 90_000);
