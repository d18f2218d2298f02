import { readMediaPlaylist } from "@reelay/contracts";
import { mayBeAllowed } from "@reelay/egress";
import { parse, Source } from "graphql";
import { expect, test } from "vitest";
import { variantUrls } from "../../packages/player/src/master-playlist.ts";
import { withoutSecrets } from "../../packages/telemetry/without-secrets.ts";
import { explainFfmpegFailure } from "../../render-worker/media/ffmpeg/explain-failure.ts";
import { parseStatisticsLine } from "../../render-worker/media/ffmpeg/frame-statistics.ts";
import { readHandler, readTitle } from "../../render-worker/media/probe/audio-track.ts";
import { explainProbeFailure } from "../../render-worker/media/probe/explain-failure.ts";
import { planPage } from "../../schema/paging.ts";
import { tokenIn } from "../../src/auth/authenticate.ts";
import { checkLabel, checkLanguage } from "../../src/captions/check-track.ts";
import { MAX_CAPTIONS_BYTES, parseCaptions } from "../../src/captions/parse-captions.ts";
import { writeVtt } from "../../src/captions/write-captions.ts";
import { parseMetadata } from "../../src/cms/parse-metadata.ts";
import { isConsoleRoute } from "../../src/console/routes.ts";
import { createEventCodec } from "../../src/events/event-codec.ts";
import { checkIdempotencyKey } from "../../src/idempotency/index.ts";
import { parseGlobalId } from "../../src/inputs/global-id.ts";
import { parseMediaKey } from "../../src/media/media-key.ts";
import { planResponse } from "../../src/media/plan-response.ts";
import { parsePost } from "../../src/playback-events/parse-post.ts";
import { checkProfile } from "../../src/profiles/check-profile.ts";
import { builtInProfiles } from "../../src/profiles/index.ts";
import { parseCursor } from "../../src/progress/cursor.ts";
import { toSafeFilename } from "../../src/upload-addresses/safe-filename.ts";
import { checkExternalId, checkMetadata, checkSourceUrl, checkTitle } from "../../src/videos/check-input.ts";
import { checkWebhookUrl } from "../../src/webhooks/check-url.ts";
import { checkEventFilter } from "../../src/webhooks/event-filter.ts";
import { languageOf } from "../../web/src/captions/caption-file.ts";
import { readUrls, titleOf } from "../../web/src/uploads/read-urls.ts";
import { deepTexts, longTexts } from "./texts.ts";

const eventCodec = createEventCodec(new Uint8Array(16));
const KIBIBYTE = 1_024;
/** The longest argument: the whole body of a request. */
const ARGUMENT = 1_024 * KIBIBYTE;
/** The longest request line or header that Node accepts. */
const HEADER = 16 * KIBIBYTE;
/** The text that is kept of what ffmpeg and ffprobe write. */
const PROGRAM_OUTPUT = 64 * KIBIBYTE;

/** As long as every sign and pair is tried: the square of its length takes minutes. */
const TRIED = 256 * KIBIBYTE;
/** Processor time: other programs do not count. */
const BOUND_MS = 2_000;
const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

interface Parser {
  length: number;
  prefixes?: readonly string[];
  read: (text: string) => unknown;
}

const cue = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000";
const srt = "1\n00:00:01,000 --> 00:00:02,000\n";
const order = { by: "videos", column: "createdAt", type: "date", direction: "desc" } as const;
const object = {
  ...{ key: "videos/1/poster.jpg", sizeBytes: 1_000, generation: "1", contentType: "image/jpeg" },
  ...{ updatedAt: new Date(0), checksum: null, crc32c: null },
};
const [profile] = builtInProfiles;
const [rung] = profile?.rungs ?? [];
const ended = { exitCode: 1, signal: null, endedFor: null, oomKills: null } as const;

const parsers: Record<string, Parser> = {
  captions: {
    length: MAX_CAPTIONS_BYTES,
    prefixes: ["", `${cue} `, `${cue}\n`, srt, "WEBVTT\n\nSTYLE\n"],
    read: (text) => writeVtt(parseCaptions(text)),
  },
  "caption label": { length: ARGUMENT, read: checkLabel },
  "caption language": { length: ARGUMENT, prefixes: ["", "en-"], read: checkLanguage },
  "caption file name": { length: HEADER, prefixes: ["film."], read: languageOf },
  title: { length: ARGUMENT, read: checkTitle },
  "external id": { length: ARGUMENT, read: checkExternalId },
  "metadata of a form": {
    length: 96 * KIBIBYTE,
    prefixes: ["", '{"metadata":', '{"title":"'],
    read: parseMetadata,
  },
  metadata: { length: ARGUMENT, read: (text) => checkMetadata({ text }) },
  "file name": { length: ARGUMENT, read: toSafeFilename },
  "source address": {
    length: 4_096,
    prefixes: ["", "http://", "http://a/"],
    read: (text) => checkSourceUrl(text, ["a"]),
  },
  "webhook address": { length: 2_048, prefixes: ["https://"], read: (text) => checkWebhookUrl(text, ["a"]) },
  "allowed hosts": {
    length: 4_096,
    prefixes: ["http://"],
    read: (text) => URL.canParse(text) && mayBeAllowed(new URL(text), ["*.example.com", "10.0.0.0/8"]),
  },
  "webhook filter": { length: ARGUMENT, read: (text) => checkEventFilter([text]) },
  "idempotency key": { length: ARGUMENT, read: checkIdempotencyKey },
  "profile name": {
    length: ARGUMENT,
    read: (name) => profile && rung && checkProfile({ ...profile, name, rungs: [{ ...rung, name }] }),
  },
  "global id": { length: ARGUMENT, read: parseGlobalId },
  "list cursor": {
    length: ARGUMENT,
    read: (text) => {
      for (const after of [text, Buffer.from(text).toString("base64url")]) planPage({ after }, order);
    },
  },
  "event cursor": { length: ARGUMENT, read: (text) => eventCodec.parseCursor(text) },
  "video cursor": { length: ARGUMENT, read: parseCursor },
  document: {
    length: ARGUMENT,
    prefixes: ["", '{ a(b: "', '{ a(b: """', "#"],
    read: (text) => parse(new Source(text), { maxTokens: 2_000 }),
  },
  "playback events": {
    length: 64 * KIBIBYTE,
    prefixes: ["", '{"events":[', '{"events":[{"name":"'],
    read: parsePost,
  },
  authorization: { length: HEADER, prefixes: ["", "Bearer "], read: tokenIn },
  "media path": { length: HEADER, read: parseMediaKey },
  "console path": { length: HEADER, prefixes: ["/", "/videos/"], read: isConsoleRoute },
  "conditions of media requests": {
    length: HEADER,
    prefixes: ["", "bytes="],
    read: (text) => [
      planResponse(object, { range: text, "if-range": text }),
      planResponse(object, { "if-none-match": text }),
      planResponse(object, { "if-modified-since": text }),
    ],
  },
  "media playlist": { length: ARGUMENT, prefixes: ["", "#EXTM3U\n"], read: readMediaPlaylist },
  "master playlist": {
    length: 256 * KIBIBYTE,
    prefixes: ["#EXTM3U\n"],
    read: (text) => variantUrls(text, "http://a/"),
  },
  "pasted addresses": { length: ARGUMENT, read: readUrls },
  "title of a pasted address": { length: ARGUMENT, prefixes: ["", "http://a/"], read: titleOf },
  "titles in a source": { length: ARGUMENT, read: (text) => [readTitle(text), readHandler(text)] },
  "complaints of ffprobe": {
    length: PROGRAM_OUTPUT,
    read: (text) => explainProbeFailure(text, { sourcePixels: 1 }),
  },
  "complaints of ffmpeg": {
    length: PROGRAM_OUTPUT,
    read: (stderr) => explainFfmpegFailure({ ...ended, stderr }),
  },
  "statistics of ffmpeg": { length: PROGRAM_OUTPUT, prefixes: ["", "out= 1 "], read: parseStatisticsLine },
  "line of a log": { length: ARGUMENT, prefixes: ["", "http://", "Bearer ", "rk_"], read: withoutSecrets },
};

test.each(Object.entries(parsers))(
  "the longest %s of any character is read or refused in linear time",
  (_name, { length, prefixes, read }) => {
    const slow: string[] = [];
    const texts = [...longTexts(Math.min(length, TRIED), prefixes), ...deepTexts(length, prefixes)];
    for (const text of texts) {
      const from = cpuMs();
      try {
        read(text);
      } catch (error) {
        // An explicit refusal, never the engine's "too much recursion" or "out of memory".
        expect(error).not.toBeInstanceOf(RangeError);
      }
      if (cpuMs() - from > BOUND_MS) slow.push(JSON.stringify(text.slice(0, 80)));
    }
    expect(slow).toEqual([]);
  },
);
