import { expect, test } from "vitest";
import { isSound, languageTag, soundBps, soundName, soundPosition, soundsOf, toSounds } from "./index.ts";

test("the first sound is `audio`, as it was when there was one, and the others count on", () => {
  const names = [0, 1, 2, 10].map(soundName);
  expect(names).toEqual(["audio", "audio-2", "audio-3", "audio-11"]);
  expect(names.map(soundPosition)).toEqual([0, 1, 2, 10]);
  expect(names.every(isSound)).toBe(true);
  expect(["720p", "audio-", "audio-x", "audiobook", "source"].some(isSound)).toBe(false);
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
])("a container's %j is the language %j", (told, tag) => {
  expect(languageTag(told)).toBe(tag);
});

test("messages say the first sound as they did before there were others", () => {
  const first: { name?: string; channels: number } = { channels: 2 };
  const second = { name: "audio-2", channels: 1 };
  expect(toSounds([first])).toEqual({ audio: first });
  expect(toSounds([second])).toEqual({ audio: null, audios: [second] });
  expect(toSounds([])).toEqual({ audio: null });
  expect(soundsOf(toSounds([first, second])).map(({ name }) => name)).toEqual(["audio", "audio-2"]);
});

test("one channel gets half of the profile's bitrate, 5.1 three times as much, up to what AAC makes use of", () => {
  const at = (bitrateBps: number) => [1, 2, 6].map((channels) => soundBps({ bitrateBps }, channels));
  expect(at(128_000)).toEqual([64_000, 128_000, 384_000]);
  expect(at(256_000)).toEqual([128_000, 256_000, 512_000]);
});
