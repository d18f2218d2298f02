import { describe, expect, test } from "vitest";
import { sourceOf } from "../../testing/fixtures.ts";
import { planPadding } from "../audio/plan-audio.ts";
import { type AudioStream, audioStartMs, planTracks, readHandler, readTitle } from "./audio-track.ts";

const stream = (
  index: number,
  {
    title,
    language = null,
    ...disposition
  }: { title?: string; language?: string | null } & Record<string, unknown> = {},
): AudioStream => ({
  index,
  disposition: disposition as Record<string, number>,
  probe: {
    codec: "aac",
    channels: 2,
    sampleRate: 48_000,
    language,
    startTime: 0,
    ...(title !== undefined && { title }),
  },
});
const described = (streams: AudioStream[]) =>
  planTracks(streams).made.map(({ name, index, label, language, role }) =>
    [name, index, label, language, role].filter(Boolean).join(" "),
  );

describe("a source's tracks", () => {
  test("start with the default track and continue in the source's order", () => {
    const streams = [stream(1, { language: "eng" }), stream(2, { language: "ger", default: 1 }), stream(5)];
    expect(described(streams)).toEqual(["audio 2 German de", "audio-2 1 English en", "audio-3 5 Track 3"]);
  });

  test("without a default track start with the first", () => {
    expect(described([stream(3), stream(4)])).toEqual(["audio 3 Track 1", "audio-2 4 Track 2"]);
    expect(described([])).toEqual([]);
  });

  test("have unique names from their titles, or else their languages", () => {
    const streams = [
      stream(1, { language: "eng" }),
      stream(2, { language: "eng", title: "Director", comment: 1 }),
      stream(3, { language: "eng" }),
      stream(4, { language: "eng", visual_impaired: 1 }),
      stream(5, { language: "qaa" }),
    ];
    expect(described(streams)).toEqual([
      "audio 1 English en",
      "audio-2 2 Director en COMMENTARY",
      "audio-3 3 English (2) en",
      "audio-4 4 English (3) en DESCRIPTION",
      "audio-5 5 Track 5 qaa",
    ]);
  });

  test("are limited to eight, including the default track", () => {
    const streams = Array.from({ length: 12 }, (_, index) =>
      stream(index + 1, { default: index === 11 ? 1 : 0 }),
    );
    const { made, leftOut } = planTracks(streams);
    expect(made.map(({ index }) => index)).toEqual([12, 1, 2, 3, 4, 5, 6, 7]);
    expect(leftOut.map(({ index }) => index)).toEqual([8, 9, 10, 11]);
  });
});

test("a title is sanitized for a playlist's quoted string", () => {
  expect(readTitle('The "cut"\r\nof\u2028 1999 ')).toBe("The 'cut' of 1999");
  expect(readTitle("\u0007 ")).toBeUndefined();
  expect(readTitle("🎬".repeat(200))).toBe("🎬".repeat(80));
});

test.each([
  ["SoundHandler", undefined],
  ["ISO Media file produced by Google Inc.", undefined],
  ["#Mainconcept MP4 Audio Media Handler", undefined],
  [undefined, undefined],
  ["Director's cut", "Director's cut"],
])("the handler %j names the track %j", (told, title) => {
  expect(readHandler(told)).toBe(title);
});

test("a track starts at its first audio on the timeline", () => {
  const at = (startTime: number | null) => audioStartMs({ probe: { ...stream(1).probe, startTime } }, 10);
  expect([at(12.5), at(10), at(9.9), at(null)]).toEqual([2_500, 0, 0, 0]);
});

test("with several tracks, one that ends before the video is padded with silence to its end", () => {
  const { made: audioTracks } = planTracks([stream(1), { ...stream(2), endSeconds: 30 }]);
  const [whole = {}, early = {}] = audioTracks;
  const promised = { frames: null, durationMs: 58_000 };
  const source = sourceOf({}, { audioTracks, promised });
  expect(planPadding(source, whole)).toEqual([]);
  expect(planPadding(source, { endSeconds: 58 })).toEqual([]);
  expect(planPadding(source, early)).toEqual(["apad=whole_dur=58.000"]);
  expect(planPadding(sourceOf({ startTime: 1.5 }, { audioTracks, promised }), early)).toEqual([
    "apad=whole_dur=59.500",
  ]);
  expect(planPadding(sourceOf({}, { audioTracks }), early)).toEqual(["apad=whole_dur=60.000"]);
  expect(planPadding(sourceOf({}, { audioTracks: audioTracks.slice(1), promised }), early)).toEqual([]);
});
