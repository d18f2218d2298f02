/**
 * Counts the steps through a file's tables, by box and entry: they are read synchronously, while everything
 * else in the process waits. Throws a `RangeError` after too many calls.
 */
export type Step = () => void;

/** About 15 ms. Ten seconds of a video with audio need 2,000. */
const mostSteps = 100_000;

export function createSteps(): Step {
  let left = mostSteps;
  return () => {
    left -= 1;
    if (left < 0) throw new RangeError(`The tables take more than ${mostSteps} steps to read.`);
  };
}

/** The bodies of the boxes of one type (ISO 14496-12) in the body of another. */
export function* children(body: Buffer, type: string, step: Step): Generator<Buffer> {
  for (let at = 0; at + 8 <= body.length; ) {
    step();
    const size = body.readUInt32BE(at);
    if (size < 8 || at + size > body.length) return;
    if (body.toString("latin1", at + 4, at + 8) === type) yield body.subarray(at + 8, at + size);
    at += size;
  }
}

/** The body of the first box along a path of types. */
export function childAt(body: Buffer, path: readonly string[], step: Step): Buffer | null {
  let inner = body;
  for (const type of path) {
    const { value } = children(inner, type, step).next();
    if (!value) return null;
    inner = value;
  }
  return inner;
}
