import {
  AlphaPacketWriter,
  type Counts,
  type Drawn,
  type FilmFrame,
  PacketWriter,
  type Painting,
  type SpokenText,
} from "../../painting/index.ts";

/** What a scene will show. */
export interface PlannedScene {
  key: string;
  frames: number;
  name: string;
}

interface Narrated {
  texts: readonly SpokenText[];
  /** By text; null: it is not spoken. */
  lengths: ReadonlyMap<string, Promise<number | null>>;
  /** Whether a clip is shown behind the pictures. */
  hasAlpha: boolean;
}

/**
 * Tells a painter of scenes how long its texts are as soon as they are spoken, and reads what it plans and
 * draws. Only one at a time may wait for it.
 */
export class SceneReader {
  readonly frameRate: number;
  /** Number of scenes. */
  readonly count: number;
  readonly #painting: Painting;
  readonly #drawn: AsyncIterator<Drawn>;
  readonly #packets: PacketWriter | AlphaPacketWriter;
  readonly #estimated: readonly number[];
  readonly #planned: PlannedScene[] = [];
  readonly #allPlanned = Promise.withResolvers<void>();
  /** By scene: resolves when the painter knows the lengths of its texts and of all before it. */
  readonly #ready: Promise<void>[];

  constructor(painting: Painting, counts: Counts, narrated: Narrated) {
    this.#painting = painting;
    this.#drawn = painting.draw(counts);
    this.#packets = new (narrated.hasAlpha ? AlphaPacketWriter : PacketWriter)(counts.picture);
    this.frameRate = counts.picture.frameRate;
    this.#estimated = counts.counted.framesOfEach;
    this.count = counts.counted.animations;
    this.#ready = this.#sendAll(narrated);
    this.#allPlanned.promise.catch(() => undefined);
  }

  get isPlanned(): boolean {
    return this.#planned.length === this.count;
  }

  /** Resolves when it is known what every scene shows. */
  get allPlanned(): Promise<void> {
    return this.#allPlanned.promise;
  }

  /** Of the whole timeline; an estimate until all is planned. */
  get frames(): number {
    const known = this.#planned.reduce((sum, { frames }) => sum + frames, 0);
    return this.#estimated.slice(this.#planned.length).reduce((sum, frames) => sum + frames, known);
  }

  /** Estimate of the frames of a scene and all later ones, whatever is known of them. */
  estimatedAfter(scene: number): number {
    return this.#estimated.slice(scene).reduce((sum, frames) => sum + frames, 0);
  }

  /** As in the event of that name. */
  get counted(): Counts["counted"] {
    const { frames } = this;
    const framesOfEach = this.#planned.map((scene) => scene.frames);
    const durationMs = (frames * 1000) / this.frameRate;
    return { type: "counted", animations: this.count, durationMs, frames, hasAudio: false, framesOfEach };
  }

  planned(scene: number): PlannedScene {
    const found = this.#planned[scene];
    if (found === undefined) throw new Error(`Scene ${scene} is not planned.`);
    return found;
  }

  /** Resolves when it is known what so many scenes show. */
  async untilPlanned(scenes: number): Promise<void> {
    while (this.#planned.length < scenes) {
      await this.#ready[this.#planned.length];
      const one = await this.#pull();
      if (one !== null) throw new Error("The painter drew what was not ordered.");
    }
  }

  /**
   * The frames of scenes, drawn as they are read.
   *
   * @param onRead called after the last of them
   */
  draw(
    { first, end, frames }: { first: number; end: number; frames: number },
    onRead: () => void,
  ): AsyncGenerator<FilmFrame> {
    this.#painting.order({ type: "draw", from: first, to: end });
    return this.#read(frames, onRead);
  }

  async *#read(frames: number, onRead: () => void): AsyncGenerator<FilmFrame> {
    for (let left = frames; left > 0; ) {
      const one = await this.#pull();
      if (one === null || one.kind !== "frame") continue;
      left -= one.repeats;
      if (left < 0) throw new Error("The painter drew more frames than it had planned.");
      // A chunk is decoded by itself.
      const isFirst = left + one.repeats === frames;
      yield { packet: isFirst ? this.#packets.whole(one) : this.#packets.change(one), repeats: one.repeats };
    }
    onRead();
  }

  /** Resolves when the painter has ended. Rejects if it has failed. */
  async end(): Promise<void> {
    this.#painting.endOrders();
    while (!(await this.#drawn.next()).done);
  }

  /** Null: a scene was planned. */
  async #pull(): Promise<Drawn | null> {
    const { value, done } = await this.#drawn.next();
    if (done) throw new Error("The painter ended before everything was drawn.");
    if (value.kind !== "scene") return value;
    this.#planned.push({ key: value.key, frames: value.frames, name: value.name });
    if (this.isPlanned) this.#allPlanned.resolve();
    return null;
  }

  #sendAll({ texts, lengths }: Omit<Narrated, "hasAlpha">): Promise<void>[] {
    let before = Promise.resolve();
    const byScene = Map.groupBy(texts, ({ scene }) => scene);
    return Array.from({ length: this.count }, (_, scene) => {
      before = this.#send(before, byScene.get(scene) ?? [], lengths);
      before.catch((error: unknown) => this.#allPlanned.reject(error));
      return before;
    });
  }

  async #send(
    before: Promise<void>,
    texts: readonly SpokenText[],
    lengths: Narrated["lengths"],
  ): Promise<void> {
    await before;
    if (texts.length === 0) return;
    const clips = await Promise.all(
      texts.map(async ({ id }) => [id, (await lengths.get(id)) ?? null] as const),
    );
    this.#painting.order({ type: "clips", clips: Object.fromEntries(clips) });
  }
}
