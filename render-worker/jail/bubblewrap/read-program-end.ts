import type { FileHandle } from "node:fs/promises";
import { constants } from "node:os";
import type { ProcessEnd } from "../jail.ts";

/** The wait status that the launcher noted; where it noted none, it was ended itself, or could not start the program. */
export async function readProgramEnd(status: FileHandle, end: ProcessEnd): Promise<ProcessEnd> {
  const { buffer, bytesRead } = await status.read(Buffer.alloc(16), 0, 16, 0);
  return bytesRead === 0 ? end : parseWaitStatus(Number(buffer.toString("latin1", 0, bytesRead)));
}

/** As wait(2) gives it: the signal in the lower seven bits, else the exit code above. */
function parseWaitStatus(status: number): ProcessEnd {
  const number = status & 127;
  if (number === 0) return { code: status >> 8, signal: null };
  const signal = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return { code: null, signal: (signal ?? "SIGKILL") as NodeJS.Signals };
}
