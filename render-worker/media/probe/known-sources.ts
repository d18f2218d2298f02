import { LRUCache } from "lru-cache";
import type { OpenSource } from "../source/index.ts";
import type { SourceFile } from "./source-file.ts";

type Whose = Pick<OpenSource, "key" | "generation" | "beginningOf" | "input">;

/** Maximum number of cached sources, at a few kilobytes each. */
const MOST_KEPT = 200;

/**
 * Caches probe results of stored sources. The tasks of a long video run on few workers in succession, and
 * each would run ffprobe again. Sources that are still arriving, or have no generation, are not cached.
 */
export class KnownSources {
  readonly #sources = new LRUCache<string, SourceFile>({ max: MOST_KEPT });

  /** @param wants what was probed: another profile may need more */
  find(file: Whose, wants: string): SourceFile | null {
    const name = nameOf(file, wants);
    const known = name === null ? undefined : this.#sources.get(name);
    if (name === null || known === undefined) return null;
    // Each attempt has its own address for the same bytes.
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
