import { LRUCache } from "lru-cache";
import type { OpenSource } from "../source/index.ts";
import type { SourceFile } from "./source-file.ts";

type Whose = Pick<OpenSource, "key" | "generation" | "beginningOf" | "input">;

/** Most sources whose description is kept, a few kilobytes each. */
const mostKept = 200;

/**
 * What a worker's tasks have read of sources that are stored: the tasks for one long video come to few workers, one after the other, and each would ask
 * ffprobe the same. Nothing is kept of a source that still arrives, nor of one whose bytes are not known by a generation.
 */
export class KnownSources {
  readonly #sources = new LRUCache<string, SourceFile>({ max: mostKept });

  /** @param wants what was looked at: another profile may look at more */
  find(file: Whose, wants: string): SourceFile | null {
    const name = nameOf(file, wants);
    const known = name === null ? undefined : this.#sources.get(name);
    if (name === null || known === undefined) return null;
    // Each attempt has its own way to the same bytes.
    return { ...known, input: file.input };
  }

  keep(file: Whose, wants: string, source: SourceFile): void {
    const name = nameOf(file, wants);
    if (name === null) return;
    this.#sources.set(name, source);
  }
}

const nameOf = ({ key, generation, beginningOf }: Whose, wants: string): string | null =>
  generation === null || beginningOf ? null : `${wants}\n${generation}\n${key}`;
