import { createHash } from "node:crypto";
import { readFile, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../host/index.ts";

/** Blocks of one source that other tasks have read on this worker. */
export interface SourceBlocks {
  /** Null: it is not there. */
  read(index: number, sizeBytes: number): Promise<Buffer | null>;
  /** Keeps it if there is room; never throws. */
  write(index: number, bytes: Buffer): Promise<void>;
}

interface BlockCacheOptions {
  /** Emptied by whoever removes it; made when it is needed. */
  directory: string;
  /** Most bytes that it takes of the disk; 0: nothing is kept. */
  limitBytes: number;
  /** Told what went wrong with the disk: then it is as if nothing were there. */
  onError: (error: unknown) => void;
  /** Milliseconds that only go forwards. */
  now?: () => number;
}

/** What others need of the same disk, segments above all. */
const spareBytes = 1024 ** 3;
/** What nobody has asked for in so long nobody will. */
const staleMs = 10 * 60_000;

interface Entry {
  sizeBytes: number;
  /** Somebody has read it again. */
  isUsed: boolean;
  touchedAt: number;
}

/**
 * What a worker's tasks have read of sources that are elsewhere, on its disk, so that several tasks for one video read each byte once. Most bytes are
 * needed twice: for the picture and, in between, for the sound. So what was read again goes first when room is needed, and when nothing was, what is
 * there stays and what is new is not kept: the sound is read through long before the pictures, and keeping the newest would keep none for them.
 */
export class BlockCache implements AsyncDisposable {
  readonly #options: BlockCacheOptions;
  readonly #now: () => number;
  /** By file name, in the order of their last use. */
  readonly #entries = new Map<string, Entry>();
  readonly #beingWritten = new Map<string, Promise<void>>();
  #isClosed = false;
  #bytes = 0;

  constructor(options: BlockCacheOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  get sizeBytes(): number {
    return this.#bytes;
  }

  /** @param identity of these very bytes: the object's key and its generation */
  of(identity: string): SourceBlocks {
    const prefix = createHash("sha256").update(identity).digest("hex").slice(0, 32);
    return {
      read: (index, sizeBytes) => this.#read(`${prefix}-${index}`, sizeBytes),
      write: (index, bytes) => this.#write(`${prefix}-${index}`, bytes),
    };
  }

  /** Keeps nothing more; resolves when nothing is being written, so that its folder can be removed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#beingWritten.values());
  }

  async #read(name: string, sizeBytes: number): Promise<Buffer | null> {
    const entry = this.#entries.get(name);
    if (entry?.sizeBytes !== sizeBytes) return null;
    this.#entries.delete(name);
    this.#entries.set(name, { ...entry, isUsed: true, touchedAt: this.#now() });
    try {
      const bytes = await readFile(this.#path(name));
      return bytes.length === sizeBytes ? bytes : null;
    } catch (error) {
      // Made room for another meanwhile, if it is not the disk.
      if (this.#entries.has(name)) this.#options.onError(error);
      return null;
    }
  }

  async #write(name: string, bytes: Buffer): Promise<void> {
    if (this.#isClosed || bytes.length > this.#options.limitBytes) return;
    if (this.#entries.has(name) || this.#beingWritten.has(name)) return;
    const written = this.#keep(name, bytes).finally(() => this.#beingWritten.delete(name));
    this.#beingWritten.set(name, written);
    await written;
  }

  async #keep(name: string, bytes: Buffer): Promise<void> {
    // From here on, so that those who come at the same time do not take the same room.
    this.#bytes += bytes.length;
    let isKept = false;
    try {
      await makeFolder(this.#options.directory);
      if (!(await this.#makeRoom(bytes.length))) return;
      await writeFile(this.#path(name), bytes);
      const entry = { sizeBytes: bytes.length, isUsed: false, touchedAt: this.#now() };
      this.#entries.set(name, entry);
      isKept = true;
    } catch (error) {
      this.#options.onError(error);
    } finally {
      if (!isKept) {
        this.#bytes -= bytes.length;
        await rm(this.#path(name), { force: true }).catch(this.#options.onError);
      }
    }
  }

  async #makeRoom(sizeBytes: number): Promise<boolean> {
    const { directory, limitBytes } = this.#options;
    while (this.#bytes > limitBytes) if (!(await this.#dropOne())) return false;
    const { bavail, bsize } = await statfs(directory);
    if (bavail * bsize - sizeBytes >= spareBytes) return true;
    // The disk has become full by others: one goes for each that would have come.
    await this.#dropOne();
    return false;
  }

  async #dropOne(): Promise<boolean> {
    const staleBefore = this.#now() - staleMs;
    for (const [name, { isUsed, touchedAt, sizeBytes }] of this.#entries) {
      if (!isUsed && touchedAt > staleBefore) continue;
      this.#entries.delete(name);
      this.#bytes -= sizeBytes;
      await rm(this.#path(name), { force: true });
      return true;
    }
    return false;
  }

  #path(name: string): string {
    return join(this.#options.directory, name);
  }
}
