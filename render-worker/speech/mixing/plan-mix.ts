import { words } from "../../media/ffmpeg/index.ts";
import { SOUNDTRACK_RATE } from "./soundtrack.ts";

/** A file of 16-bit samples. */
export interface RawFile {
  path: string;
  sampleRate: number;
  channels: number;
}

/** In LUFS. */
export const loudness = {
  /** Of speech, and of the whole. */
  target: -16,
  /** Of music where there is no speech. */
  music: -22,
} as const;

/** What the standard treats as silence. */
const SILENCE_LUFS = -69.9;
/** Audio that needs more is practically silent. */
const MAX_GAIN_DB = 24;
/**
 * Music becomes some 12 dB softer under speech at the target loudness, within a syllable, and returns in half
 * a second. The filter drops what it still holds of one input when the other one ends: both must be endless,
 * and its output be trimmed.
 */
const DUCKING = "sidechaincompress=threshold=0.02:ratio=6:attack=20:release=500";
/**
 * True peaks between samples count, so the limiter works at four times the rate. The limit is 0.5 dB below
 * the -1 dBTP that the result may have, because lowering the rate adds a little.
 */
const LIMITER = "aresample=192000,alimiter=limit=0.84:level=0:attack=5:release=50:latency=1,aresample=48000";
const fade = { inSeconds: 0.5, outSeconds: 1.5 };

const quiet = words("-hide_banner -nostdin -nostats -y");
/** Prints a summary at the end (`parseLoudness`). */
const METER = "ebur128=framelog=verbose";
const stereo = `aresample=${SOUNDTRACK_RATE},aformat=sample_fmts=fltp:channel_layouts=stereo`;

const inputOf = ({ path, sampleRate, channels }: RawFile): string[] => [
  ...words(`-protocol_whitelist file -f s16le -ar ${sampleRate} -ac ${channels} -i`),
  `file:${path}`,
];

/** Joins inputs of a graph at the sum of their levels. */
const sumOf = (labels: readonly string[]): string =>
  `${labels.map((label) => `[${label}]`).join("")}${labels.length > 1 ? `amix=inputs=${labels.length}:normalize=0:dropout_transition=0,` : ""}anull`;

/** Arguments of an ffmpeg that prints the loudness of speech. Pure. */
export const measuringArguments = (speech: readonly RawFile[]): string[] => [
  ...quiet,
  ...speech.flatMap(inputOf),
  "-filter_complex",
  [
    ...speech.map((_, input) => `[${input}]${stereo}[s${input}]`),
    `${sumOf(speech.map((_, input) => `s${input}`))},${METER}[out]`,
  ].join(";"),
  ...words("-map [out] -f null -"),
];

interface Mix {
  speech: readonly RawFile[];
  speechGainDb: number;
  /** In the soundtrack's format. */
  sounds: RawFile | null;
  /** In the soundtrack's format. */
  music: (RawFile & { musicGainDb: number }) | null;
  durationMs: number;
  /** As in `Soundtrack`. */
  part: { startMs: number; isLast: boolean };
}

/** Arguments of an ffmpeg that mixes everything, writes 32-bit samples and prints their loudness. Pure. */
export function mixingArguments(
  { speech, speechGainDb, sounds, music, durationMs, part }: Mix,
  to: string,
): string[] {
  const seconds = durationMs / 1000;
  const files = [...speech, ...(sounds ? [sounds] : [])];
  const hasDucking = music !== null && speech.length > 0;
  const spoken = sumOf(speech.map((_, input) => `s${input}`));
  const fadeOutAt = Math.max(0, seconds - fade.outSeconds);
  const startSeconds = part.startMs / 1000;
  const fades = [
    ...(part.startMs === 0 ? [`afade=t=in:d=${fade.inSeconds}`] : []),
    ...(part.isLast ? [`afade=t=out:st=${fadeOutAt}:d=${fade.outSeconds}`] : []),
  ];
  const chains = [
    ...speech.map((_, input) => `[${input}]${stereo}[s${input}]`),
    ...(speech.length > 0
      ? [`${spoken},volume=${speechGainDb}dB${hasDucking ? ",asplit[speech][key]" : "[speech]"}`]
      : []),
    ...(sounds ? [`[${speech.length}]${stereo}[sounds]`] : []),
    ...(music
      ? [
          `[${files.length}]${[stereo, `atrim=start=${startSeconds}`, "asetpts=PTS-STARTPTS", `volume=${music.musicGainDb}dB`, ...fades].join(",")}[loud]`,
          ...(hasDucking ? ["[key]apad[endless]"] : []),
          `[loud]${hasDucking ? `[endless]${DUCKING},` : ""}atrim=end=${seconds}[music]`,
        ]
      : []),
  ];
  const parts = [
    ...(speech.length > 0 ? ["speech"] : []),
    ...(sounds ? ["sounds"] : []),
    ...(music ? ["music"] : []),
  ];
  return [
    ...quiet,
    ...files.flatMap(inputOf),
    ...(music ? [...words("-stream_loop -1"), ...inputOf(music)] : []),
    "-filter_complex",
    [...chains, `${sumOf(parts)},${METER}[out]`].join(";"),
    ...words("-map [out] -f f32le"),
    `file:${to}`,
  ];
}

/** Arguments of an ffmpeg that brings a mix to its loudness, and to an exact number of samples. Pure. */
export const finishingArguments = (mix: string, gainDb: number, frames: number, to: string): string[] => [
  ...quiet,
  ...words(`-protocol_whitelist file -f f32le -ar ${SOUNDTRACK_RATE} -ac 2 -i`),
  `file:${mix}`,
  "-af",
  `volume=${gainDb}dB,${LIMITER},apad=whole_len=${frames},atrim=end_sample=${frames}`,
  ...words("-f s16le"),
  `file:${to}`,
];

/** The integrated loudness in LUFS that an ffmpeg with a meter has printed; null if it has not. */
export function parseLoudness(stderr: string): number | null {
  const [, lufs] = [...stderr.matchAll(/Integrated loudness:\s+I:\s+(-?[\d.]+|-inf|nan) LUFS/g)].at(-1) ?? [];
  if (lufs === undefined) return null;
  const value = Number(lufs);
  return Number.isFinite(value) ? value : Number.NEGATIVE_INFINITY;
}

/** The gain that brings audio to a loudness; 0 for silence. Pure. */
export function gainTo(targetLufs: number, lufs: number): number {
  if (lufs <= SILENCE_LUFS) return 0;
  return Math.max(-MAX_GAIN_DB, Math.min(MAX_GAIN_DB, Math.round((targetLufs - lufs) * 10) / 10));
}
