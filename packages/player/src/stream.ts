/**
 * A video element and its stream: hls.js where Media Source Extensions exist, the native player elsewhere
 * (iPhones).
 */
import Player, { type ErrorData, ErrorDetails, ErrorTypes, Events, type Level } from "hls.js";
import { bufferLimits, deviceKind } from "./buffer-limits.ts";
import { ChoiceList } from "./choice-list.ts";
import type { Emit, Quality } from "./events.ts";
import { isSameSet, variantUrls } from "./master-playlist.ts";
import { type TokenKeeper, withoutToken } from "./token-keeper.ts";

export interface StreamOptions {
  video: HTMLVideoElement;
  choices: Choices;
  src: string;
  /** Adds the current token to every URL. */
  tokens: Pick<TokenKeeper, "address">;
  /** Start position in seconds, also for a playlist that still grows. */
  startS: number;
  emit: Emit;
  /** Container for the last picture while the source reloads. */
  stills: HTMLElement;
  /** Called when the manifest was read, initially or again. */
  onLoaded: () => void;
}

export interface Stream {
  /** Null where the browser plays natively. */
  readonly hls: Player | null;
  /** True while its playlists grow. */
  readonly isGrowing: boolean;
  /** True for a moment after the player reloaded the source. */
  readonly isReloading: boolean;
  /** True if the master playlist lists other variants than were loaded. */
  hasChanged(signal: AbortSignal): Promise<boolean>;
  /**
   * Reloads the source at the current position. hls.js reads a master playlist once, so this is how later
   * qualities are added.
   */
  reload(): void;
  /** The token changed: later requests carry the new one. */
  renew(): void;
  destroy(): void;
}

/** The choices in media-chrome's menus. */
export interface Choices {
  renditions: ChoiceList<Rendition>;
  audioTracks: ChoiceList<AudioTrackItem>;
}

/** Must run before media-chrome sees the video element, which it inspects once. */
export function addChoices(video: HTMLVideoElement): Choices {
  const choices = {
    renditions: new ChoiceList<Rendition>("rendition"),
    audioTracks: new ChoiceList<AudioTrackItem>("track"),
  };
  if (hasMediaSource()) {
    Object.defineProperty(video, "videoRenditions", { value: choices.renditions });
    Object.defineProperty(video, "audioTracks", { value: choices.audioTracks });
  }
  return choices;
}

interface Rendition extends Quality {
  id: string;
  width: number;
  bitrate: number;
}

interface AudioTrackItem {
  id: string;
  kind: string;
  label: string;
  language: string;
  enabled: boolean;
}

const RETRY_MS = 1_000;
/** Two decoding errors within this time do not get a third try. */
const RECOVERY_MS = 10_000;

// oxlint-disable-next-line import/no-named-as-default-member -- its types have the default export only
const hasMediaSource = (): boolean => Player.isSupported();

export function openStream(options: StreamOptions): Stream {
  return hasMediaSource() ? openByHls(options) : openNatively(options);
}

function openNatively({ video, src, tokens, startS, emit, onLoaded }: StreamOptions): Stream {
  if (video.canPlayType("application/vnd.apple.mpegurl") === "") {
    emit("reelay-error", {
      code: "NOT_SUPPORTED",
      message: "this browser cannot play adaptive streams",
      isFatal: true,
    });
  }
  let resumeS = startS;
  const onMetadata = () => {
    if (resumeS > 0) video.currentTime = resumeS;
    onLoaded();
  };
  /** The browser's playlists refer to segments below the old token, so the source must be reloaded. */
  function renew() {
    const { paused, playbackRate, currentTime } = video;
    resumeS = currentTime;
    video.addEventListener("loadedmetadata", onMetadata, { once: true });
    video.src = tokens.address(src);
    video.playbackRate = playbackRate;
    if (!paused) void video.play().catch(() => {});
  }
  const onError = () =>
    emit("reelay-error", {
      code: `MEDIA_${video.error?.code ?? 0}`,
      message: video.error?.message ?? "",
      isFatal: true,
    });
  video.addEventListener("loadedmetadata", onMetadata, { once: true });
  video.addEventListener("error", onError);
  video.src = tokens.address(src);
  return {
    hls: null,
    get isGrowing() {
      return video.duration === Number.POSITIVE_INFINITY;
    },
    isReloading: false,
    // The native player reads the master playlist at will and does not report it.
    hasChanged: () => Promise.resolve(false),
    reload: () => {},
    renew,
    destroy() {
      video.removeEventListener("loadedmetadata", onMetadata);
      video.removeEventListener("error", onError);
      video.removeAttribute("src");
      video.load();
    },
  };
}

function openByHls({
  choices: { renditions, audioTracks },
  video,
  src,
  tokens,
  startS,
  emit,
  stills,
  onLoaded,
}: StreamOptions): Stream {
  const hls = new Player({
    ...bufferLimits(deviceKind()),
    startPosition: startS,
    // Every request carries the current token, whatever URL the playlist contains. It is in the path, so no
    // header is needed.
    xhrSetup: (xhr, url) => {
      const address = tokens.address(url);
      if (address !== url) xhr.open("GET", address, true);
    },
    // Phones do not download more pixels than they show.
    capLevelToPlayerSize: true,
  });
  let known: ReadonlySet<string> = new Set();
  /** Levels in the menu, by position. */
  let shown: number[] = [];
  let chosenHeight: number | null = null;
  let last: Quality | null = null;
  let isGrowing = false;
  let isReloading = false;
  let recoveredAt = Number.NEGATIVE_INFINITY;
  let retry: ReturnType<typeof setTimeout> | undefined;

  renditions.onChoose = (index) => {
    chosenHeight = renditions[index]?.height ?? null;
    // hls.js discards buffered data of the old quality, from the next segment on.
    hls.nextLevel = shown[index] ?? -1;
  };

  hls.on(Events.MANIFEST_LOADED, (_, { levels }) => {
    known = new Set(levels.map(({ url }) => withoutToken(url)));
  });
  hls.on(Events.MANIFEST_PARSED, (_, { firstLevel }) => {
    shown = comparable(hls.levels, firstLevel);
    const place = shown.findIndex((index) => hls.levels[index]?.height === chosenHeight);
    renditions.replace(
      shown.map((index) => toRendition(hls.levels[index], index)),
      place,
    );
    if (place >= 0) hls.nextLevel = shown[place] ?? -1;
    emit("reelay-qualities", { heights: shown.map((index) => hls.levels[index]?.height ?? 0) });
    onLoaded();
  });
  hls.on(Events.AUDIO_TRACKS_UPDATED, (_, data) => {
    audioTracks.replace(
      data.audioTracks.map(({ name, lang = "", default: isDefault }, index) => ({
        id: `${index}`,
        kind: isDefault ? "main" : "alternative",
        label: name,
        language: lang,
        get enabled() {
          return hls.audioTrack === index;
        },
        set enabled(isEnabled) {
          if (isEnabled) hls.audioTrack = index;
        },
      })),
    );
  });
  hls.on(Events.AUDIO_TRACK_SWITCHED, () => audioTracks.dispatchEvent(new Event("change")));
  hls.on(Events.LEVEL_SWITCHED, (_, { level }) => {
    const to = toQuality(hls.levels[level]);
    if (last?.height !== to.height || last.bitrateBps !== to.bitrateBps) {
      emit("reelay-switch", { from: last, to, isChosen: !hls.autoLevelEnabled });
    }
    last = to;
  });
  hls.on(Events.LEVEL_UPDATED, (_, { details }) => {
    isGrowing = !isLate(hls) && details.live;
  });
  hls.on(Events.ERROR, (_, data) => {
    emit("reelay-error", { code: data.details, message: data.error.message, isFatal: false });
    if (data.fatal) recover(data);
  });

  function recover({ type, details, error }: ErrorData) {
    const now = performance.now();
    if (type === ErrorTypes.MEDIA_ERROR && now - recoveredAt > RECOVERY_MS) {
      recoveredAt = now;
      hls.recoverMediaError();
    } else if (type === ErrorTypes.NETWORK_ERROR && details !== ErrorDetails.MANIFEST_PARSING_ERROR) {
      // hls.js has given up after its own retries.
      clearTimeout(retry);
      retry = setTimeout(() => void goOn(), RETRY_MS);
    } else {
      emit("reelay-error", { code: details, message: error.message, isFatal: true });
      hls.destroy();
    }
  }

  /**
   * A missing playlist may belong to an attempt that another attempt has replaced: the master playlist names
   * the new one.
   */
  async function goOn() {
    if (hls.levels.length === 0) hls.loadSource(src);
    else if (await hasChanged()) reload();
    else hls.startLoad();
  }

  async function hasChanged(signal?: AbortSignal): Promise<boolean> {
    try {
      const response = await fetch(tokens.address(src), { signal: signal ?? null, cache: "no-cache" });
      return (
        response.ok &&
        !isSameSet(known, new Set([...variantUrls(await response.text(), response.url)].map(withoutToken)))
      );
    } catch {
      return false;
    }
  }

  function reload() {
    const { currentTime, paused, playbackRate } = video;
    const unfreeze = freeze(video, stills);
    isReloading = true;
    hls.config.startPosition = currentTime;
    hls.once(Events.MANIFEST_PARSED, () => {
      video.playbackRate = playbackRate;
      if (!paused) void video.play().catch(() => {});
    });
    const end = () => {
      isReloading = false;
      unfreeze();
    };
    video.addEventListener(paused ? "seeked" : "playing", end, { once: true });
    hls.loadSource(src);
  }

  hls.attachMedia(video);
  hls.loadSource(src);
  return {
    hls,
    get isGrowing() {
      return isGrowing;
    },
    get isReloading() {
      return isReloading;
    },
    hasChanged,
    reload,
    // The next request carries it.
    renew: () => {},
    destroy() {
      clearTimeout(retry);
      hls.destroy();
      renditions.onChoose = () => {};
      renditions.replace([]);
      audioTracks.replace([]);
    },
  };
}

/**
 * Whether hls.js has just loaded the playlist of a level that it has left for a complete one. It takes that
 * for the latest about the stream, loads neither playlist again, and would never end the stream (seen with
 * hls.js 1.7.4). Tells it the level that it plays.
 */
function isLate(hls: Player): boolean {
  const level = hls.levels[hls.loadLevel];
  const { streamController } = hls as unknown as { streamController?: { levelLastLoaded?: Level | null } };
  const last = streamController?.levelLastLoaded;
  if (!streamController || !last?.details?.live || last === level || level?.details?.live !== false)
    return false;
  streamController.levelLastLoaded = level;
  return true;
}

/**
 * One ladder: a video in several codecs has each height several times, and hls.js stays with the codec that
 * it started with.
 */
function comparable(levels: readonly Level[], first: number): number[] {
  const codec = levels[first]?.codecSet;
  return levels.flatMap((level, index) => (level.codecSet === codec ? [index] : []));
}

const toQuality = (level: Level | undefined): Quality => ({
  height: level?.height ?? 0,
  bitrateBps: level?.bitrate ?? 0,
});

const toRendition = (level: Level | undefined, index: number): Rendition => ({
  ...toQuality(level),
  id: `${index}`,
  width: level?.width ?? 0,
  bitrate: level?.bitrate ?? 0,
});

/**
 * Freezes the current picture over the video until the returned function is called: a new source starts
 * black.
 */
function freeze(video: HTMLVideoElement, stills: HTMLElement): () => void {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  stills.append(canvas);
  return () => canvas.remove();
}
