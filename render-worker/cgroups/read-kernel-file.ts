import { readFileSync } from "node:fs";

/**
 * Reads a file of `/proc` or of a control group. It comes from memory at once; Node's asynchronous `readFile`
 * costs 64 KiB and five turns of its thread pool for it, since the kernel does not say how long it is.
 *
 * @returns an empty text if it cannot be read
 */
export function readKernelFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
