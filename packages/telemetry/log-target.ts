/** A file or the standard output, written synchronously: a logged line survives the death of the process. */
import { closeSync, fstatSync, openSync, renameSync, rmSync, writeSync } from "node:fs";

export interface LogTarget extends Disposable {
  /** Writes all of `text` or throws. `isFailing`: the last write failed, so do not wait for a slow reader. */
  write(text: string, isFailing: boolean): void;
}

/** How long a line waits for a slow reader of a pipe. */
const SLOW_READER_MS = 1_000;
const PAUSE_MS = 5;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Writes to an open descriptor. Ends a line that an earlier failure cut off before it writes another. */
function createWriter() {
  let isTorn = false;
  return (fd: number, text: string, isFailing: boolean): number => {
    const bytes = Buffer.from(isTorn ? `\n${text}` : text);
    const deadline = performance.now() + (isFailing ? 0 : SLOW_READER_MS);
    let written = 0;
    while (written < bytes.length) {
      try {
        written += writeSync(fd, bytes, written);
      } catch (error) {
        const isSlow = (error as NodeJS.ErrnoException).code === "EAGAIN" && performance.now() < deadline;
        if (!isSlow) {
          if (written > 0) isTorn = true;
          throw error;
        }
        Atomics.wait(sleeper, 0, 0, PAUSE_MS);
      }
    }
    isTorn = false;
    return bytes.length;
  };
}

/** The standard output or another descriptor that is already open and stays open. */
export function openDescriptor(fd: number): LogTarget {
  const write = createWriter();
  return {
    write: (text, isFailing) => void write(fd, text, isFailing),
    [Symbol.dispose]: () => undefined,
  };
}

interface LogFileOptions {
  /** A larger file is rotated. Default 50 MB. */
  limitBytes?: number;
  /** Maximum number of files, including the current one. Default 3. */
  files?: number;
}

/**
 * A file of lines that only its owner can read. A full file is renamed to `path.1`, and the previous one to
 * `path.2`. The file is opened with the first line and again after a failure, so a full disk at the start
 * does no harm.
 */
export function openLogFile(
  path: string,
  { limitBytes = 50_000_000, files = 3 }: LogFileOptions = {},
): LogTarget {
  const write = createWriter();
  let open: { fd: number; sizeBytes: number } | undefined;

  const openFile = () => {
    const fd = openSync(path, "a", 0o600);
    return { fd, sizeBytes: fstatSync(fd).size };
  };

  function close(): void {
    if (open !== undefined) closeSync(open.fd);
    open = undefined;
  }

  function rotate(): void {
    close();
    rmSync(`${path}.${files - 1}`, { force: true });
    for (let age = files - 2; age > 0; age--) renameIfThere(`${path}.${age}`, `${path}.${age + 1}`);
    renameIfThere(path, `${path}.1`);
  }

  return {
    write(text, isFailing) {
      open ??= openFile();
      if (open.sizeBytes > 0 && open.sizeBytes + Buffer.byteLength(text) > limitBytes) {
        rotate();
        open = openFile();
      }
      open.sizeBytes += write(open.fd, text, isFailing);
    },
    [Symbol.dispose]: close,
  };
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
