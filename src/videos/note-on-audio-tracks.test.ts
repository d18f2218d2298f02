import { type AudioStreamProbe, SourceProbe } from "@reelay/contracts";
import { expect, test } from "vitest";
import { noteOnAudioTracks } from "./note-on-audio-tracks.ts";

const track = (changes: Partial<AudioStreamProbe> = {}): AudioStreamProbe => ({
  ...{ codec: "aac", channels: 2, sampleRate: 48_000, language: null, startTime: 0 },
  ...changes,
});
const probeOf = (changes: Partial<SourceProbe>) =>
  SourceProbe.parse({
    ...{ container: "mpegts", durationMs: null, sizeBytes: 1, bitrateBps: null, video: null },
    ...{ audio: track(), streamCount: 2 },
    ...changes,
  });

test("a source whose audio is completely supported has no note", () => {
  expect(noteOnAudioTracks(probeOf({ audios: [track(), track()] }))).toBeNull();
  expect(noteOnAudioTracks(null)).toBeNull();
});

test("the note names omitted and unsupported audio tracks with the reason", () => {
  const audios = Array.from({ length: 9 }, (_, index) => track(index === 8 ? { title: "Director" } : {}));
  const unsupportedAudio: SourceProbe["unsupportedAudio"] = [
    { codec: "mpegh_3d_audio", language: "ger", title: "Surround", reason: "UNDECODABLE" },
    { codec: "aac", language: null, reason: "EMPTY" },
    { codec: "mp2", language: "eng", reason: "OTHER_PROGRAM" },
  ];
  expect(noteOnAudioTracks(probeOf({ audios, unsupportedAudio }))).toBe(
    "The source has 9 audio tracks. Reelay encodes 8, starting with the default one. Left out: Director (aac). " +
      "Unsupported audio: Surround (mpegh_3d_audio: no decoder), a track (aac: empty), " +
      "en (mp2: in another program than the video).",
  );
});
