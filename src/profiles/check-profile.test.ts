import { Profile } from "@reelay/contracts";
import { describe, expect, test } from "vitest";
import { InvalidProfileError } from "../errors/errors.ts";
import { builtInProfiles } from "./built-in.ts";
import { checkProfile } from "./check-profile.ts";
import { type ProfileInput, type RungInput, toProfile } from "./to-profile.ts";

const ladder: RungInput[] = [
  { height: 360, bitrateBps: 700_000 },
  { height: 720, bitrateBps: 3_500_000 },
];

function issuesOf(input: ProfileInput, name = "web-1080"): Record<string, string> {
  try {
    checkProfile(toProfile(name, input));
    return {};
  } catch (error) {
    if (!(error instanceof InvalidProfileError)) throw error;
    return Object.fromEntries(error.issues.map(({ path, message }) => [path, message]));
  }
}

const withRung = (changes: Partial<RungInput>): ProfileInput => ({
  rungs: [...ladder, { height: 1080, bitrateBps: 6_000_000, ...changes }],
});

test("a profile with only two rungs is complete, with every default written out", () => {
  expect(issuesOf({ rungs: ladder })).toEqual({});
  expect(toProfile("web-1080", { rungs: ladder })).toMatchInlineSnapshot(`
    {
      "audio": {
        "bitrateBps": 128000,
        "channels": "STEREO",
        "codec": "AAC",
        "loudness": null,
      },
      "bitrates": "CONTENT_AWARE",
      "dash": true,
      "download": null,
      "gopDurationMs": 2000,
      "name": "web-1080",
      "preview": false,
      "rungs": [
        {
          "bitrateBps": 700000,
          "codec": "H264",
          "height": 360,
          "maxFrameRate": 30,
          "name": "360p",
          "tier": "CRITICAL",
        },
        {
          "bitrateBps": 3500000,
          "codec": "H264",
          "height": 720,
          "maxFrameRate": 30,
          "name": "720p",
          "tier": "STANDARD",
        },
      ],
      "segmentDurationMs": 4000,
    }
  `);
});

test("built-in profiles pass every check except for their reserved names, and fit the wire format", () => {
  for (const profile of builtInProfiles) {
    expect(() => checkProfile({ ...profile, name: "copy" })).not.toThrow();
    expect(Profile.parse(profile)).toEqual(profile);
  }
});

describe("each problem is explained with its remedy", () => {
  test.each<[string, ProfileInput, string, string]>([
    [
      "an odd height",
      withRung({ height: 1081 }),
      "rungs.2.height",
      'Profile "web-1080": rung 3 has height 1081; H.264 needs an even height, use 1080 or 1082.',
    ],
    [
      "a height over the maximum",
      withRung({ height: 10_000 }),
      "rungs.2.height",
      'Profile "web-1080": rung 3 has height 10000. Use 64 to 4320.',
    ],
    [
      "a rung's name with a space",
      withRung({ name: "Full HD" }),
      "rungs.2.name",
      'Profile "web-1080": rung 3 has the name "Full HD"; use 1 to 32 lower-case letters, digits and hyphens, such as "720p".',
    ],
    [
      "the reserved name of the audio",
      withRung({ name: "audio-2" }),
      "rungs.2.name",
      'Profile "web-1080": rung 3 has the name "audio-2", which is reserved; use another one.',
    ],
    [
      "the name of the copied source",
      withRung({ name: "source" }),
      "rungs.2.name",
      'Profile "web-1080": rung 3 has the name "source", which is reserved; use another one.',
    ],
    [
      "a name that states another height",
      withRung({ name: "900p" }),
      "rungs.2.name",
      'Profile "web-1080": rung 3 has the name "900p" and height 1080; such a name must match the height: use "1080p" or a word.',
    ],
    [
      "a duplicate name",
      withRung({ name: "720p", height: 720, bitrateBps: 5_000_000 }),
      "rungs.2.name",
      'Profile "web-1080": rung 3 has the name "720p", like rung 2; every rung needs a name of its own.',
    ],
    [
      "a bitrate not above the lower rung's",
      withRung({ bitrateBps: 60_000 }),
      "rungs.2.bitrateBps",
      'Profile "web-1080": rung 3 (1080p) has 60000 b/s, no more than rung 2 (720p) with 3500000; a higher rung needs a higher bitrate. Raise it, or omit one of them.',
    ],
    [
      "a bitrate over the maximum",
      withRung({ bitrateBps: 150_000_000 }),
      "rungs.2.bitrateBps",
      'Profile "web-1080": rung 3 has 150000000 b/s; H.264 at 1920x1080 is worth 622080 to 62208000 b/s.',
    ],
    [
      "a frame rate over the maximum",
      withRung({ maxFrameRate: 144 }),
      "rungs.2.maxFrameRate",
      'Profile "web-1080": rung 3 has maxFrameRate 144; use 1 to 60 frames per second.',
    ],
    [
      "a VMAF beyond its scale",
      withRung({ minVmaf: 100 }),
      "rungs.2.minVmaf",
      'Profile "web-1080": rung 3 has minVmaf 100; use 1 to 99: 80 is fair, above 95 there is no visible difference.',
    ],
    [
      "the wrong order",
      withRung({ name: "small", height: 240, bitrateBps: 4_000_000 }),
      "rungs.2.height",
      'Profile "web-1080": rung 3 (small) has height 240 and comes after rung 2 with 720. List the H.264 rungs smallest first.',
    ],
    [
      "no critical rung",
      { rungs: [{ height: 720, bitrateBps: 3_500_000 }] },
      "rungs.0.tier",
      'Profile "web-1080": no H.264 rung is CRITICAL, so a player with this codec could not start early. Make rung 1 (720p) CRITICAL.',
    ],
    [
      "a second codec without a critical rung",
      { rungs: [...ladder, { height: 1080, bitrateBps: 4_000_000, codec: "AV1" }] },
      "rungs.2.tier",
      'Profile "web-1080": no AV1 rung is CRITICAL, so a player with this codec could not start early. Make rung 3 (1080p-av1) CRITICAL.',
    ],
    [
      "too many rungs",
      { rungs: Array.from({ length: 21 }, (_, i) => ({ height: 100 + 20 * i, bitrateBps: 1e6 + i })) },
      "rungs",
      'Profile "web-1080": 21 rungs were given; the limit is 20. Omit those that are close to others.',
    ],
    [
      "segments that split groups of pictures",
      { rungs: ladder, segmentDurationMs: 5_000 },
      "segmentDurationMs",
      'Profile "web-1080": segmentDurationMs is 5000; a segment holds whole groups of pictures of 2000 ms, use 6000.',
    ],
    [
      "groups of pictures without a duration",
      { rungs: ladder, gopDurationMs: 0 },
      "gopDurationMs",
      'Profile "web-1080": gopDurationMs is 0; use 500 to 20000 ms, usually 2000.',
    ],
    [
      "segments over the maximum duration",
      { rungs: ladder, segmentDurationMs: 60_000 },
      "segmentDurationMs",
      'Profile "web-1080": segmentDurationMs is 60000; use 1000 to 20000 ms, usually 4000.',
    ],
    [
      "an audio bitrate below the minimum",
      { rungs: ladder, audio: { bitrateBps: 1_000 } },
      "audio.bitrateBps",
      'Profile "web-1080": the audio has 1000 b/s; use 16000 to 512000 for stereo, usually 128000.',
    ],
    [
      "a loudness over the maximum",
      { rungs: ladder, audio: { loudness: { targetLufs: 3 } } },
      "audio.loudness.targetLufs",
      'Profile "web-1080": the target loudness is 3 LUFS; use -40 to -5, e.g. -23 (EBU R128), -16 for podcasts, -14 for the web.',
    ],
    [
      "a download below every rung",
      { rungs: ladder, download: { height: 100 } },
      "download.height",
      'Profile "web-1080": download has height 100, below every H.264 rung; use 360 or more.',
    ],
    [
      "a download without a rung",
      { rungs: [], download: { height: 720 } },
      "download",
      'Profile "web-1080": download needs a rung, and the profile has none; omit it.',
    ],
  ])("%s", (_what, input, path, message) => {
    expect(issuesOf(input)[path]).toBe(message);
  });

  test("a built-in name", () => {
    expect(issuesOf({ rungs: ladder }, "hevc")).toEqual({
      name: 'Profile "hevc": the name "hevc" is a built-in profile\'s; use another one, e.g. "my-hevc".',
    });
  });

  test("an invalid name", () => {
    expect(issuesOf({ rungs: ladder }, "Web 1080")["name"]).toBe(
      'Profile "Web 1080": the name is "Web 1080"; use 1 to 64 lower-case letters, digits and hyphens, such as "web-1080".',
    );
  });
});

test("all problems are reported together, and the error's message is the first one", () => {
  const input: ProfileInput = {
    rungs: [{ height: 361, bitrateBps: 1, maxFrameRate: 0 }],
    gopDurationMs: 3_000,
    audio: { bitrateBps: 0 },
  };
  expect(Object.keys(issuesOf(input))).toEqual([
    "rungs.0.height",
    "rungs.0.maxFrameRate",
    "segmentDurationMs",
    "audio.bitrateBps",
  ]);
  expect(() => checkProfile(toProfile("p", input))).toThrow(
    'Profile "p": rung 1 has height 361; H.264 needs an even height, use 360 or 362. (and 3 more in `issues`)',
  );
});

test.each(["audio", "audio-2", "audio-10", "source", "storyboard", "download", "poster", "manifest"])(
  "%s is not allowed as a rung's name, because other files are stored under it",
  (name) => {
    expect(issuesOf(withRung({ name }))["rungs.2.name"]).toMatch(/which is reserved; use another one/);
  },
);

test("a profile that passes the checks fits a task's message", () => {
  const input: ProfileInput = {
    rungs: [
      { height: 64, bitrateBps: 10_000 },
      { height: 4320, bitrateBps: 200_000_000, maxFrameRate: 60, minVmaf: 90 },
    ],
    audio: { bitrateBps: 512_000, channels: "SOURCE", loudness: { targetLufs: -40 } },
    gopDurationMs: 500,
    segmentDurationMs: 20_000,
    download: { height: 4320 },
    dash: false,
  };
  expect(issuesOf(input)).toEqual({});
  const profile = toProfile("a", input);
  expect(Profile.parse(profile)).toEqual(profile);
});
