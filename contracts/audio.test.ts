import { expect, test } from "vitest";
import {
  audioBps,
  audioName,
  audioPosition,
  audioTracksOf,
  isAudio,
  languageTag,
  toAudioFields,
} from "./index.ts";

test("the first audio track is named `audio`, and the others are numbered from `audio-2`", () => {
  const names = [0, 1, 2, 10].map(audioName);
  expect(names).toEqual(["audio", "audio-2", "audio-3", "audio-11"]);
  expect(names.map(audioPosition)).toEqual([0, 1, 2, 10]);
  expect(names.every(isAudio)).toBe(true);
  expect(["720p", "audio-", "audio-x", "audiobook", "source"].some(isAudio)).toBe(false);
});

test.each([
  ["deu", "de"],
  ["ger", "de"],
  ["eng", "en"],
  ["pt-BR", "pt-BR"],
  ["en_us", "en-US"],
  ["cmn", "zh"],
  ["qaa", "qaa"],
  ["und", null],
  ["mis", null],
  ["", null],
  ["English", null],
  ['en"\nX', null],
  [undefined, null],
])("the container language %j becomes the tag %j", (told, tag) => {
  expect(languageTag(told)).toBe(tag);
});

test("messages carry the first audio track in its original field and further tracks in `audios`", () => {
  const first: { name?: string; channels: number } = { channels: 2 };
  const second = { name: "audio-2", channels: 1 };
  expect(toAudioFields([first])).toEqual({ audio: first });
  expect(toAudioFields([second])).toEqual({ audio: null, audios: [second] });
  expect(toAudioFields([])).toEqual({ audio: null });
  expect(audioTracksOf(toAudioFields([first, second])).map(({ name }) => name)).toEqual(["audio", "audio-2"]);
});

test("mono gets half of the profile's bitrate and 5.1 three times as much, up to the useful maximum of AAC", () => {
  const at = (bitrateBps: number) => [1, 2, 6].map((channels) => audioBps({ bitrateBps }, channels));
  expect(at(128_000)).toEqual([64_000, 128_000, 384_000]);
  expect(at(256_000)).toEqual([128_000, 256_000, 512_000]);
});
