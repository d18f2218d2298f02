import type { Turn } from "../../render-worker/testing/mp4-bytes.ts";
import { createRandom, type Random } from "../chaos/random.ts";
import {
  audioEncodings,
  type Container,
  containers,
  type Extra,
  type PictureCodec,
  pictureCodecs,
} from "./families.ts";
import { type OddCase, parseRate, parseSize } from "./odd-case.ts";

const flash = "drawbox=enable='lt(mod(t+0.6,1),0.075)':c=white:t=fill";
/** A corner that tells whether the picture was turned. */
const corner = "drawbox=x=0:y=0:w=iw/2:h=ih/2:c=0x505050:t=fill";

/** Mostly one to three things are odd. Pure: the same seed makes the same case. */
export function planCase(seed: number): OddCase {
  const random = createRandom(seed).fork("odd");
  const odd = <T>(plain: T, probability: number, others: readonly T[]): T =>
    random.chance(probability) ? random.pick(others) : plain;
  const containerName = random.pick(
    Object.keys(containers).flatMap((name) =>
      /^(mp4|mov|mkv|ts|fragmented)/.test(name) ? [name, name, name] : [name],
    ),
  );
  const container = containers[containerName] as Container;
  const codecName = random.pick(container.pictures);
  const codec: PictureCodec = pictureCodecs[codecName];
  const format = odd(codec.formats[0] as string, 0.35, codec.formats);
  const needsEven = codec.isEven && !/444|gray/.test(format);
  const sizes = codec.sizes ?? [
    ...["160x90", "320x180", "90x160", "320x80", "80x320", "16x16", "18x34", "240x180"],
    ...(needsEven ? [] : ["321x241", "171x97", "161x91"]),
  ];
  const size = odd(sizes[0] as string, 0.6, sizes);
  const { width, height } = parseSize(size);
  const rate =
    container.rate ??
    odd(
      "25",
      0.65,
      codec.rates ?? [
        "10",
        "12.5",
        "24000/1001",
        "24",
        "30000/1001",
        "30",
        "50",
        "60000/1001",
        "60",
        "120",
        "1",
        "15",
      ],
    );
  const perSecond = parseRate(rate);
  const seconds = random.pick(width * height > 60_000 ? [2, 3, 4.6, 5] : [2, 3, 4.6, 5, 6, 7]);
  // So small a raw stream is taken for a picture.
  const frames = odd<number | null>(null, containerName.startsWith("raw") ? 0 : 0.06, [1, 2, 3]);
  const isVariable =
    container.isVariable && perSecond >= 24 && perSecond <= 60 && frames === null && random.chance(0.15);
  // Of its own, so that all else is dealt as before.
  const isStill = isVariable === true && createRandom(seed).fork("still").chance(0.5);
  const isInterlaced = codec.hasFields === true && height % 4 === 0 && !isVariable && random.chance(0.12);
  const pixelAspect = odd("1/1", 0.15, ["12/11", "4/3", "64/45", "1/2", "8/9"]);
  const turn = container.isTurnable
    ? odd<Turn | null>(null, 0.25, ["right", "upside down", "left", "mirrored"])
    : null;
  const audio =
    container.audioCodecs.length > 0 && random.chance(0.8) ? planAudio(container, seconds, random) : null;
  const offset = container.hasOffsets
    ? odd("none", 0.3, ["picture late", "audio late", "far", "early"])
    : "none";
  const isMovie = /^(mp4|mov)/.test(containerName);
  const cutAt =
    codecName !== "av1" &&
    (isMovie || containerName === "mkv") &&
    frames === null &&
    seconds >= 4 &&
    random.chance(0.12)
      ? 0.73
      : null;
  const jump =
    container.canJump && cutAt === null && frames === null && seconds <= 4.6 && random.chance(0.12)
      ? random.pick([20, 0])
      : null;
  const extra = audio !== null && container.extras ? odd<Extra | null>(null, 0.2, container.extras) : null;
  const groups = planGroups(codec, perSecond, codecName === "h264" ? "x264" : codecName, random);
  const detail = odd("", 0.5, [",noise=alls=30:allf=t", ",noise=alls=60:allf=t+u"]);
  const filters = [
    ...[corner, flash],
    // An index of pixels has no fine grain.
    ...(detail && codecName !== "gif" ? [detail.slice(1)] : []),
    ...(isVariable
      ? [
          withStills(
            isStill,
            random.pick([
              "select='mod(n,7)+lt(n,20)'",
              "select='lt(mod(n,40),20)+not(mod(n,5))'",
              "select='mod(n*n,5)'",
            ]),
          ),
        ]
      : []),
    ...(isInterlaced ? ["setfield=tff"] : []),
    `setsar=${pixelAspect}`,
    `format=${format}`,
  ];
  const late = (who: string, by: number) => (offset === who ? ["-itsoffset", String(by)] : []);
  const args = [
    ...[...late("picture late", 0.37), "-f", "lavfi", "-i"],
    `color=c=0x202020:s=${size}:r=${rate}:d=${seconds},${filters.join(",")}`,
    ...(audio ? [...late("audio late", 0.61), "-f", "lavfi", "-i", audio.source] : []),
    ...toExtra(extra, seconds),
    ...["-map", "0:v", ...(audio ? ["-map", "1:a"] : []), ...(extra ? extraMaps(extra) : [])],
    ...codec.options.split(" "),
    ...groups.options,
    ...(isInterlaced ? interlacing(codecName) : []),
    ...(isVariable ? ["-fps_mode", "vfr"] : []),
    ...(audio ? audio.options : []),
    ...(frames === null ? [] : ["-frames:v", String(frames)]),
    ...(offset === "far" ? ["-output_ts_offset", container.canJump ? "95" : "5"] : []),
    ...(offset === "early" ? ["-output_ts_offset", "-0.5"] : []),
    ...(extra === "cover" ? ["-c:v:1", "png", "-disposition:v:1", "attached_pic"] : []),
    ...(extra === "subtitles" ? ["-c:s", isMovie ? "mov_text" : "srt"] : []),
    ...(extra === "data" ? ["-timecode", "00:00:01:00"] : []),
    ...container.options.split(" "),
  ];
  // Pictures without news are left out by Theora's encoder.
  const isPlain =
    (offset === "none" || jump !== null) && cutAt === null && !isVariable && codecName !== "theora";
  const name = [
    `${containerName}: ${codecName} ${format} ${size} at ${rate}${isVariable ? (isStill ? " (still)" : " (variable)") : ""}${isInterlaced ? " (interlaced)" : ""}, ${frames === null ? `${seconds} s` : `${frames} pictures`}`,
    ...(pixelAspect === "1/1" ? [] : [`pixels ${pixelAspect}`]),
    ...groups.words,
    ...(turn ? [`turned: ${turn}`] : []),
    audio ? audio.words : "silent",
    ...(offset === "none" ? [] : [offset]),
    ...(cutAt === null ? [] : ["cut"]),
    ...(jump === null ? [] : [`jump ${jump}`]),
    ...(extra ? [extra] : []),
    ...(detail ? ["grain"] : []),
  ].join(", ");
  return {
    ...{ name: `${seed}, ${name}`, args, turn, cutAt, jump, size: { width, height } },
    ...{ hasCorner: true, isClocked: true, isLong: true },
    rate: perSecond,
    frames: isPlain
      ? (frames ?? Math.ceil(Number((seconds * perSecond).toFixed(6)))) * (jump === null ? 1 : 2)
      : null,
  };
}

/** Pictures that stand for longer than a part. */
const withStills = (isStill: boolean, select: string): string =>
  isStill ? "select='lt(mod(t,4.4),0.7)'" : select;

function planAudio(container: Container, seconds: number, random: Random) {
  const codecName = random.pick(container.audioCodecs);
  const codec = audioEncodings[codecName];
  const narrow =
    codecName === "opus"
      ? [48_000]
      : codecName === "ac3" || codecName === "mp2" || codecName === "mp3"
        ? [44_100, 48_000]
        : codecName === "pcm" || codecName === "flac" || codecName === "aac"
          ? [8_000, 22_050, 44_100, 48_000, 96_000]
          : [44_100, 48_000];
  const rate = random.pick(narrow.filter((hertz) => container.audioRates?.includes(hertz) ?? true));
  const isMany = ["aac", "ac3", "flac", "pcm"].includes(codecName) && container.audioRates === undefined;
  const channels = random.chance(0.4) ? random.pick(isMany ? [1, 6] : [1]) : 2;
  const lasts = random.chance(0.2) ? random.pick([seconds * 0.6, seconds + 1.5]) : seconds;
  const layout = { 1: "mono", 2: "stereo", 6: "5.1" }[channels as 1 | 2 | 6];
  const tone = "0.6*sin(2000*PI*t)*lt(mod(t+0.6,1),0.075)";
  const exprs = Array.from({ length: channels }, () => tone).join("|");
  return {
    source: `aevalsrc=exprs='${exprs}':c=${layout}:s=${rate}:d=${lasts}`,
    options: [...codec.split(" "), "-ar", String(rate)],
    words: `${codecName} ${rate} ${layout}${lasts === seconds ? "" : lasts < seconds ? " shorter" : " longer"}`,
  };
}

function planGroups(
  codec: PictureCodec,
  perSecond: number,
  codecName: string,
  random: Random,
): { options: string[]; words: string[] } {
  if (!codec.hasGroups) return { options: [], words: [] };
  const kind = random.pick(["usual", "usual", "short", "single", "ten seconds"]);
  const length =
    {
      usual: Math.round(perSecond * 2),
      short: Math.max(2, Math.round(perSecond / 3)),
      single: 1,
      "ten seconds": Math.round(perSecond * 10),
    }[kind] ?? 50;
  const isOpen = codecName === "x264" && kind !== "single" && random.chance(0.3);
  const bFrames = codec.hasBFrames && kind !== "single" && random.chance(0.6) ? 2 : 0;
  return {
    options: [
      ...["-g", String(Math.max(1, length))],
      ...(codec.hasBFrames ? ["-bf", String(isOpen ? 3 : bFrames)] : []),
      ...(isOpen ? ["-x264-params", "open-gop=1:scenecut=0:b-adapt=0"] : []),
    ],
    words: [`groups: ${kind}${isOpen ? ", open" : ""}${bFrames > 0 || isOpen ? ", B" : ""}`],
  };
}

const interlacing = (codec: string): string[] =>
  codec === "h264"
    ? ["-flags", "+ilme+ildct", "-x264-params", "tff=1"]
    : ["-flags", "+ilme+ildct", "-top", "1"];

function toExtra(extra: Extra | null, seconds: number): string[] {
  switch (extra) {
    case "two tracks":
      return ["-f", "lavfi", "-i", `sine=300:d=${seconds}`];
    case "subtitles":
      return ["-f", "srt", "-i", "data:text/plain,1%0A00:00:00,500%20--%3E%2000:00:01,500%0Ahello%0A"];
    case "cover":
      return ["-f", "lavfi", "-i", "color=red:s=64x64:d=0.04:r=25"];
    default:
      return [];
  }
}

const extraMaps = (extra: Extra): string[] =>
  extra === "two tracks"
    ? ["-map", "2:a"]
    : extra === "subtitles"
      ? ["-map", "2:s"]
      : extra === "cover"
        ? ["-map", "2:v"]
        : [];
