import { createReadStream } from "node:fs";
import { copyFile, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Readable } from "node:stream";
import type { ObjectStore, PutBody, PutOptions, ReadOptions, StoredObject } from "@reelay/object-store";
import { ObjectNotFoundError, PreconditionFailedError } from "@reelay/object-store";

/** A directory as an object store, so that tests can examine it with ffprobe. */
export class DirectoryStore implements ObjectStore {
  readonly directory: string;
  /** Keys in order of writing, with their options. */
  readonly writes: { key: string; options: PutOptions }[] = [];
  readonly #types = new Map<string, string>();
  /** Called before each write; may throw. */
  beforeWrite: (key: string) => void | Promise<void> = () => undefined;
  /** Called before each read; may throw. */
  beforeRead: (key: string, start: number) => void | Promise<void> = () => undefined;
  /** Whether it claims to be remote. */
  isElsewhere = false;

  constructor(directory: string) {
    this.directory = directory;
  }

  path(key: string): string {
    return join(this.directory, key);
  }

  async put(key: string, body: PutBody, options: PutOptions = {}): Promise<StoredObject> {
    await this.#prepare(key);
    if (options.ifGenerationMatch === "0" && (await this.head(key)) !== null)
      throw new PreconditionFailedError(key, "0");
    const temporary = `${this.path(key)}.part`;
    if (typeof body === "object" && "path" in body && !(body instanceof Uint8Array))
      await copyFile(body.path, temporary);
    else await writeFile(temporary, body as string);
    await rename(temporary, this.path(key));
    return this.#written(key, options);
  }

  async adopt(key: string, path: string, options: PutOptions = {}): Promise<StoredObject> {
    await this.#prepare(key);
    if (options.ifGenerationMatch === "0" && (await this.head(key)) !== null)
      throw new PreconditionFailedError(key, "0");
    await rename(path, this.path(key));
    return this.#written(key, options);
  }

  async head(key: string): Promise<StoredObject | null> {
    const file = await stat(this.path(key)).catch(() => null);
    if (!file?.isFile()) return null;
    return {
      key,
      sizeBytes: file.size,
      contentType: this.#types.get(key) ?? "application/octet-stream",
      generation: String(file.mtimeMs),
      checksum: null,
      crc32c: null,
      updatedAt: file.mtime,
    };
  }

  async read(
    key: string,
    { start = 0, end, signal }: ReadOptions = {},
  ): Promise<{ object: StoredObject; body: Readable }> {
    await this.beforeRead(key, start);
    const object = await this.head(key);
    if (!object) throw new ObjectNotFoundError(key);
    const last = Math.min(end ?? Number.POSITIVE_INFINITY, object.sizeBytes - 1);
    return { object, body: createReadStream(this.path(key), { start, end: last, signal }) };
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    const entries = await readdir(this.directory, { recursive: true, withFileTypes: true });
    const keys = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(this.directory, join(entry.parentPath, entry.name)))
      .filter((key) => key.startsWith(prefix))
      .sort();
    for (const key of keys) {
      const object = await this.head(key);
      if (object) yield object;
    }
  }

  async keys(prefix = ""): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of this.list(prefix)) keys.push(key);
    return keys;
  }

  async *folders(prefix: string): AsyncIterable<string> {
    const names = (await this.keys(prefix)).map((key) => key.slice(prefix.length).split("/"));
    yield* new Set(names.filter(({ length }) => length > 1).map(([name]) => `${prefix}${name}/`));
  }

  async delete(key: string): Promise<boolean> {
    const isThere = (await this.head(key)) !== null;
    await rm(this.path(key), { force: true });
    return isThere;
  }

  async deletePrefix(prefix: string): Promise<number> {
    const keys = await this.keys(prefix);
    await rm(this.path(prefix), { recursive: true, force: true });
    return keys.length;
  }

  localPath(key: string): string | null {
    return this.isElsewhere ? null : this.path(key);
  }

  arrivingPath(uploadId: string): string | null {
    return this.isElsewhere ? null : this.path(`.arriving/${uploadId}`);
  }

  publicUrl(key: string): string {
    return `http://media.test/${key}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #prepare(key: string): Promise<void> {
    await this.beforeWrite(key);
    await mkdir(dirname(this.path(key)), { recursive: true });
  }

  async #written(key: string, options: PutOptions): Promise<StoredObject> {
    this.writes.push({ key, options });
    if (options.contentType) this.#types.set(key, options.contentType);
    const object = await this.head(key);
    if (!object) throw new ObjectNotFoundError(key);
    return object;
  }
}
