import { createHash } from "node:crypto";
import { readFile, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../host/index.ts";

/** Blocks of one source that tasks of this worker have read. */
export interface SourceBlocks {
  /** Null if not cached. */
  read(index: number, sizeBytes: number): Promise<Buffer | null>;
  /** Caches a block if there is room. Never throws. */
  write(index: number, bytes: Buffer): Promise<void>;
}

interface BlockCacheOptions {
  /** Created when needed. The caller empties and removes it. */
  directory: string;
  /** Maximum size on disk; 0 disables the cache. */
  limitBytes: number;
  /** Called with errors of the disk, which otherwise count as cache misses. */
  onError: (error: unknown) => void;
  /** A monotonic clock in milliseconds. */
  now?: () => number;
}

/** Space that stays free for other uses of the disk, above all segments. */
const SPARE_BYTES = 1024 ** 3;
/** A block without a reader for this long is unlikely to get one. */
const STALE_MS = 10 * 60_000;

interface Entry {
  sizeBytes: number;
  /** Whether it was read again. */
  isUsed: boolean;
  touchedAt: number;
}

/**
 * Caches on disk what a worker's tasks have read of remote sources, so that several tasks for one video read
 * each byte once. Most bytes are read twice: for the video, and in between for the audio. So blocks that were
 * read again are evicted first; if there are none, new blocks are not cached. Audio is read long before the
 * video, and an LRU cache would keep nothing for the video.
 */
export class BlockCache implements AsyncDisposable {
  readonly #options: BlockCacheOptions;
  readonly #now: () => number;
  /** By file name, in the order of last use. */
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

  /** @param identity version of the bytes: the object's key and generation */
  of(identity: string): SourceBlocks {
    const prefix = createHash("sha256").update(identity).digest("hex").slice(0, 32);
    return {
      read: (index, sizeBytes) => this.#read(`${prefix}-${index}`, sizeBytes),
      write: (index, bytes) => this.#write(`${prefix}-${index}`, bytes),
    };
  }

  /** Stops caching. Resolves once no write is running, so that the folder can be removed. */
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
      // Unless the entry was evicted meanwhile, the disk failed.
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
    // Reserved early, so that concurrent writes do not use the same space.
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
    if (bavail * bsize - sizeBytes >= SPARE_BYTES) return true;
    // The disk was filled by others: evict one block per rejected one.
    await this.#dropOne();
    return false;
  }

  async #dropOne(): Promise<boolean> {
    const staleBefore = this.#now() - STALE_MS;
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
