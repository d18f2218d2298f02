import type { PrismaClient } from "../../prisma/generated/client.ts";
import { InvalidInputError, NotFoundError } from "../errors/errors.ts";
import type { LiveProgress, LiveVariant, VideoSnapshot } from "../progress/live-progress.ts";

/** A double of live progress: a test emits states, which every watcher receives after it has subscribed. */
export class TestLive implements LiveProgress {
  readonly values = new Map<string, LiveVariant>();
  /** The step that snapshots show. */
  shown: VideoSnapshot["step"] = null;
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
        include: { variants: { orderBy: { position: "asc" } }, source: true, assets: true },
      })
      .then((video) => ({ ...video, cursor: this.cursor(video), step: this.shown }));
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

  step(_videoId: string, attemptId: string) {
    return this.shown?.attemptId === attemptId ? this.shown.step : undefined;
  }

  cursor(video: { id: string; revision: number }): string {
    return `r${video.revision}`;
  }
}
