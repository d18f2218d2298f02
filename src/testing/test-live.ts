import type { PrismaClient } from "../../prisma/generated/client.ts";
import { InvalidInputError, NotFoundError } from "../errors.ts";
import type { LiveProgress, LiveVariant, VideoSnapshot } from "../progress/live-progress.ts";

/**
 * A double of live progress that a test speaks through: what is emitted reaches every watcher, once it has
 * asked.
 */
export class TestLive implements LiveProgress {
  readonly values = new Map<string, LiveVariant>();
  watching = 0;
  readonly #db: PrismaClient;
  readonly #watchers = new Map<(snapshot: VideoSnapshot | null) => void, string>();

  constructor(db: PrismaClient) {
    this.#db = db;
  }

  emit(snapshot: VideoSnapshot): void {
    for (const [tell, id] of this.#watchers) if (id === snapshot.id) tell(snapshot);
  }

  end(): void {
    for (const tell of this.#watchers.keys()) tell(null);
  }

  snapshotOf(videoId: string): Promise<VideoSnapshot> {
    return this.#db.video
      .findUniqueOrThrow({
        where: { id: videoId },
        include: { variants: { orderBy: { position: "asc" } }, source: true },
      })
      .then((video) => ({ ...video, cursor: this.cursor(video) }));
  }

  async watch(target: { workspaceId: string; videoId: string; after?: string | null }, signal: AbortSignal) {
    const { workspaceId, videoId: id, after } = target;
    if (after != null && !after.startsWith("r")) {
      throw new InvalidInputError("CURSOR_INVALID", "after", `after: ${after} is not a cursor.`);
    }
    if (!(await this.#db.video.count({ where: { id, workspaceId } }))) {
      throw new NotFoundError("VIDEO_NOT_FOUND", "There is no such video in this workspace.");
    }
    return this.#watch(await this.snapshotOf(id), signal);
  }

  async *#watch(first: VideoSnapshot, signal: AbortSignal): AsyncGenerator<VideoSnapshot, void> {
    const waiting: Array<VideoSnapshot | null> = [first];
    let wake = Promise.withResolvers<void>();
    const tell = (snapshot: VideoSnapshot | null) => {
      waiting.push(snapshot);
      wake.resolve();
    };
    const stop = () => tell(null);
    signal.addEventListener("abort", stop);
    this.#watchers.set(tell, first.id);
    this.watching += 1;
    try {
      for (;;) {
        const next = waiting.shift();
        if (next === null) return;
        if (next) yield next;
        else {
          await wake.promise;
          wake = Promise.withResolvers();
        }
      }
    } finally {
      this.watching -= 1;
      this.#watchers.delete(tell);
      signal.removeEventListener("abort", stop);
    }
  }

  variant(videoId: string, _attemptId: string | null, name: string): LiveVariant | undefined {
    return this.values.get(`${videoId}/${name}`);
  }

  cursor(video: { id: string; revision: number }): string {
    return `r${video.revision}`;
  }
}
