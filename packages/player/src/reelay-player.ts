import type Hls from "hls.js";
import { createBadge } from "./badge.ts";
import type { PlayerEvents } from "./events.ts";
import { measureQuality } from "./measure-quality.ts";
import { createEventPost, type EventPost } from "./post-events.ts";
import { createRefresher } from "./refresher.ts";
import { createResumePosition, type ResumePosition } from "./resume-position.ts";
import { addChoices, type Choices, openStream, type Stream } from "./stream.ts";
import { markup } from "./template.ts";
import {
  createTokenKeeper,
  expiryOf,
  type RefreshToken,
  refreshFrom,
  type TokenKeeper,
  tokenIn,
  withoutToken,
} from "./token-keeper.ts";
import {
  polledStates,
  type StateTrouble,
  statusUrlBeside,
  type VideoState,
  type VideoWatcher,
  watchedStates,
} from "./video-state.ts";
import { english, type Words } from "./words.ts";

/** Servers that render pages lack this class but may import this file. */
const Base = globalThis.HTMLElement ?? (Object as unknown as typeof HTMLElement);

/** Events of the inner video element that are forwarded to listeners on the player. */
const forwarded = [
  "play",
  "playing",
  "pause",
  "ended",
  "timeupdate",
  "seeked",
  "volumechange",
  "loadedmetadata",
  "durationchange",
];

/**
 * `<reelay-player src="…/master.m3u8">`, or `<reelay-player video-id="…" api="https://…">`. Plays a video
 * from its first segments on, shows that it is still being processed, and reports playback quality through
 * `PlayerEvents`.
 *
 * A SIGNED video needs a token: in the attribute `token`, or in the path of `src`. The property
 * `refreshToken` or the URL in `token-url` renews it before it expires, without interrupting playback.
 *
 * Attributes: `src`, `video-id`, `api`, `status-src`, `token`, `token-url`, `poster`, `storyboard`,
 * `autoplay`, `muted`, `loop`, `no-resume`, `qoe-url`. `<track>` children are captions. A change of `src`,
 * `video-id`, `api` or `status-src` restarts the player.
 */
export class ReelayPlayer extends Base {
  static readonly observedAttributes = [
    "src",
    "video-id",
    "api",
    "status-src",
    "token",
    "poster",
    "storyboard",
    "muted",
    "loop",
  ];

  /** Returns a fresh token before the current one expires. Overrides `token-url`. */
  refreshToken: RefreshToken | undefined;
  /** The player's texts, for other languages. */
  words: Words = english;
  #client: VideoWatcher | undefined;
  #video: HTMLVideoElement | undefined;
  #choices: Choices | undefined;
  #stream: Stream | undefined;
  #state: VideoState | undefined;
  #session: AbortController | undefined;
  #isRestarting = false;
  #tokens: TokenKeeper | undefined;

  /**
   * A client of @reelay/client: with `video-id`, states arrive live from its subscription instead of by
   * polling.
   */
  get client(): VideoWatcher | undefined {
    return this.#client;
  }
  set client(client: VideoWatcher | undefined) {
    this.#client = client;
    this.#restart();
  }

  /**
   * The inner video element: `play()`, `currentTime`, `buffered` and the rest. Undefined before the player is
   * in a page.
   */
  get media(): HTMLVideoElement | undefined {
    return this.#video;
  }
  /** hls.js; null where the browser plays natively, and before there is a stream. */
  get hls(): Hls | null {
    return this.#stream?.hls ?? null;
  }
  /** The state of the video; undefined while unknown. */
  get state(): VideoState | undefined {
    return this.#state;
  }

  connectedCallback(): void {
    if (!this.shadowRoot) this.#build();
    this.#begin();
  }

  /** Runs once, even if the player is moved within the page. */
  #build(): void {
    const template = document.createElement("template");
    template.innerHTML = markup;
    // Its elements are upgraded only when it is in the page.
    const video = template.content.querySelector("video");
    if (video) this.#choices = addChoices(video);
    this.attachShadow({ mode: "open" }).append(template.content);
  }

  disconnectedCallback(): void {
    this.#end();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now || !this.#session) return;
    const video = this.#video;
    if (name === "muted" && video) video.muted = now !== null;
    else if (name === "loop" && video) video.loop = now !== null;
    else if (name === "poster" && video) video.poster = now ?? "";
    else if (name === "storyboard") this.#showStoryboard(now);
    else if (!this.#takeToken(name, before, now)) this.#restart();
  }

  /** True if a change replaces only the token: playback continues. */
  #takeToken(name: string, before: string | null, now: string | null): boolean {
    if (now === null || before === null) return false;
    const token = name === "token" ? now : tokenIn(now);
    if (token === null || (name !== "token" && withoutToken(before) !== withoutToken(now))) return false;
    this.#tokens?.set(token);
    return true;
  }

  #keepToken(video: HTMLVideoElement, signal: AbortSignal): TokenKeeper {
    const given = ["src", "status-src"].map((name) => tokenIn(this.getAttribute(name) ?? ""));
    const url = this.getAttribute("token-url");
    const fromUrl = url === null ? undefined : refreshFrom(new URL(url, document.baseURI).href);
    return createTokenKeeper({
      token: this.getAttribute("token") ?? given.find((token) => token !== null) ?? null,
      refresh: () => this.refreshToken ?? fromUrl,
      onChange: () => {
        this.#stream?.renew();
        const stills = video.querySelector<HTMLTrackElement>("track[label=thumbnails]");
        if (stills) this.#showStoryboard(stills.src);
      },
      onError: (error) => {
        const detail = { code: "TOKEN_REFRESH_FAILED", message: String(error), isFatal: false };
        this.dispatchEvent(new CustomEvent("reelay-error", { detail, bubbles: true, composed: true }));
      },
      signal,
    });
  }

  /** Restarts once for all attributes that change together. */
  #restart(): void {
    if (!this.#session || this.#isRestarting) return;
    this.#isRestarting = true;
    queueMicrotask(() => {
      this.#isRestarting = false;
      if (!this.isConnected) return;
      this.#end();
      this.#begin();
    });
  }

  #begin(): void {
    const root = this.shadowRoot;
    const video = root?.querySelector("video");
    if (!root || !video) return;
    const session = new AbortController();
    const { signal } = session;
    this.#session = session;
    this.#video = video;
    const tokens = this.#keepToken(video, signal);
    this.#tokens = tokens;
    video.muted = this.hasAttribute("muted");
    video.loop = this.hasAttribute("loop");
    video.poster = this.getAttribute("poster") ?? "";
    for (const track of this.querySelectorAll("track")) video.append(track.cloneNode());
    for (const name of forwarded) {
      video.addEventListener(name, () => this.dispatchEvent(new Event(name)), { signal });
    }

    const badge = createBadge(root, () => this.words);
    const post = this.#createPost();
    const emit = <TName extends keyof PlayerEvents>(name: TName, detail: PlayerEvents[TName]) => {
      this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
      post?.add(name, detail);
      if (name === "reelay-error" && (detail as PlayerEvents["reelay-error"]).isFatal)
        badge.showProblem((detail as PlayerEvents["reelay-error"]).message);
    };
    const measure = measureQuality({
      video,
      emit,
      isGrowing: () => this.#stream?.isGrowing ?? false,
      isReloading: () => this.#stream?.isReloading ?? false,
    });
    const position = this.#createPosition(video, signal);
    const refresher = createRefresher({ video, stream: () => this.#stream, signal });

    const open = (src: string) => {
      measure.begin();
      const stills = root.querySelector<HTMLElement>(".stills");
      const choices = this.#choices;
      if (!stills || !choices) return;
      const onLoaded = () =>
        this.#showStoryboard(this.getAttribute("storyboard") ?? this.#state?.storyboardUrl ?? null);
      this.#stream = openStream({
        video,
        choices,
        src,
        tokens,
        startS: position?.read() ?? 0,
        emit,
        stills,
        onLoaded,
      });
      if (this.hasAttribute("autoplay")) void autoplay(video);
    };
    signal.addEventListener("abort", () => {
      measure.end();
      post?.end();
      badge.clear();
      this.#stream?.destroy();
      this.#stream = undefined;
      this.#state = undefined;
      for (const track of video.querySelectorAll("track")) track.remove();
    });

    const src = this.getAttribute("src");
    if (src) open(new URL(src, document.baseURI).href);
    // A viewer who sees the picture need not know that the status is unavailable.
    const onTrouble = (trouble: StateTrouble) => {
      if (!this.#stream) badge.showTrouble(trouble);
    };
    void this.#follow(signal, onTrouble, (state) => {
      this.#state = state;
      badge.show(state);
      emit("reelay-status", state);
      // A server that signs URLs sends newer ones with later states.
      const sent = state.playbackUrl === null ? null : tokenIn(state.playbackUrl);
      if (sent !== null && isNewer(sent, tokens.token)) tokens.set(sent);
      if (state.posterUrl && !this.hasAttribute("poster")) video.poster = tokens.address(state.posterUrl);
      if (state.playbackUrl && !this.#stream) open(state.playbackUrl);
      if (state.storyboardUrl && !this.hasAttribute("storyboard")) this.#showStoryboard(state.storyboardUrl);
      refresher.noteState(state);
    });
  }

  #end(): void {
    this.#session?.abort();
    this.#session = undefined;
  }

  /** Dispatches each state until it is settled, from the best available source. */
  async #follow(
    signal: AbortSignal,
    onTrouble: (trouble: StateTrouble) => void,
    tell: (state: VideoState) => void,
  ): Promise<void> {
    try {
      for await (const state of this.#states(signal, onTrouble)) {
        if (signal.aborted) return;
        tell(state);
      }
    } catch (error) {
      if (signal.aborted) return;
      const { code, message } = error as { code?: string; message?: string };
      const detail = { code: code ?? "STATE_UNKNOWN", message: message ?? String(error), isFatal: false };
      this.dispatchEvent(new CustomEvent("reelay-error", { detail, bubbles: true, composed: true }));
    }
  }

  #states(signal: AbortSignal, onTrouble: (trouble: StateTrouble) => void): AsyncIterable<VideoState> {
    const videoId = this.getAttribute("video-id");
    const api = this.getAttribute("api");
    const src = this.getAttribute("src");
    const given = this.getAttribute("status-src");
    if (this.#client && videoId) return watchedStates(this.#client, videoId, signal);
    const url =
      given ??
      (videoId && api !== null
        ? new URL(`/api/video-status/${encodeURIComponent(videoId)}`, new URL(api, document.baseURI)).href
        : src && statusUrlBeside(src, document.baseURI));
    if (!url) return nothing();
    const { href } = new URL(url, document.baseURI);
    return polledStates(() => this.#tokens?.address(href) ?? href, signal, onTrouble);
  }

  /**
   * The preview pictures above the seek bar. hls.js removes all text tracks with a source, so they are added
   * again after each.
   */
  #showStoryboard(given: string | null): void {
    const video = this.#video;
    const url = given && (this.#tokens?.address(given) ?? given);
    const existing = video?.querySelector<HTMLTrackElement>("track[label=thumbnails]");
    if (!video || (url !== null && existing?.src === url && existing.track.cues?.length)) return;
    existing?.remove();
    if (url === null) return;
    const track = document.createElement("track");
    Object.assign(track, { kind: "metadata", label: "thumbnails", default: true, src: url });
    video.append(track);
  }

  #createPosition(video: HTMLVideoElement, signal: AbortSignal): ResumePosition | undefined {
    const key =
      this.getAttribute("video-id") ?? withoutToken(this.getAttribute("src") ?? "").split(/[?#]/)[0];
    if (!key || this.hasAttribute("no-resume")) return undefined;
    const position = createResumePosition(key, storageOf());
    let keptAt = 0;
    const keep = () => position.write(video.currentTime, video.duration, this.#stream?.isGrowing ?? false);
    const everyNowAndThen = () => {
      // A source that is being reloaded is at 0 for a moment.
      if (video.seeking || this.#stream?.isReloading || Math.abs(video.currentTime - keptAt) < 5) return;
      keptAt = video.currentTime;
      keep();
    };
    video.addEventListener("timeupdate", everyNowAndThen, { signal });
    video.addEventListener("pause", () => video.readyState > 0 && keep(), { signal });
    return position;
  }

  #createPost(): EventPost | undefined {
    const url = this.getAttribute("qoe-url");
    return url
      ? createEventPost(
          url,
          this.getAttribute("video-id") ?? withoutToken(this.getAttribute("src") ?? ""),
          () => this.#tokens?.token ?? null,
        )
      : undefined;
  }
}

const isNewer = (token: string, than: string | null): boolean =>
  than === null || (expiryOf(token) ?? 0) > (expiryOf(than) ?? 0);

async function* nothing(): AsyncGenerator<VideoState> {}

/** Browsers allow autoplay with audio only after the viewer interacted with the page. */
async function autoplay(video: HTMLVideoElement): Promise<void> {
  try {
    await video.play();
  } catch (error) {
    if ((error as Error).name !== "NotAllowedError") return;
    video.muted = true;
    await video.play().catch(() => {});
  }
}

function storageOf(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
