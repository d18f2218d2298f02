import { beforeEach, expect, onTestFinished, test } from "vitest";
import { fillIn } from "./fill-in.ts";
import { GoogleEngine } from "./google-engine.ts";
import { startFakeGoogle } from "./testing/fake-google.ts";

const API_KEY = "secret-key";
const signal = AbortSignal.any([]);

let service: Awaited<ReturnType<typeof startFakeGoogle>>;
let engine: GoogleEngine;
beforeEach(async () => {
  service = await startFakeGoogle(API_KEY);
  const { endpoint } = service;
  engine = new GoogleEngine({ endpoint, apiKey: API_KEY });
  onTestFinished(async () => {
    await engine[Symbol.asyncDispose]();
    await service[Symbol.asyncDispose]();
  });
});

const voice = async (id: string) => {
  const found = (await engine.voices({ signal })).find((each) => each.id === id);
  if (!found) throw new Error(`no voice ${id}`);
  return found;
};

test("the voices come with their languages, and those that return times of words come first", async () => {
  const voices = await engine.voices({ signal });
  expect(voices.map(({ id, language }) => `${id} ${language}`)).toEqual([
    "en-US-Neural2-C en-US",
    "ja-JP-Neural2-B ja-JP",
    "de-DE-Wavenet-B de-DE",
    "en-GB-Standard-A en-GB",
    "en-US-Chirp3-HD-Kore en-US",
  ]);
  expect(voices[0]).toMatchObject({ name: "en-US-Neural2-C, female", engine: "google" });
});

test("every word has a mark, and nothing in a text is markup", async () => {
  const request = {
    text: `a</speak> "b" & <mark name='9'/>`,
    voice: await voice("en-US-Neural2-C"),
    rate: 1.5,
  };
  const { words } = await engine.speak(request, { signal });
  expect(service.received).toEqual([
    {
      input: {
        ssml: `<speak><mark name="0"/>a&lt;/speak&gt; <mark name="1"/>&quot;b&quot; <mark name="2"/>&amp; <mark name="3"/>&lt;mark <mark name="4"/>name=&apos;9&apos;/&gt; <mark name="end"/></speak>`,
      },
      voice: { languageCode: "en-US", name: "en-US-Neural2-C" },
      audioConfig: { audioEncoding: "LINEAR16", sampleRateHertz: 24_000, speakingRate: 1.5 },
      enableTimePointing: ["SSML_MARK"],
    },
  ]);
  expect(words.map(({ text }) => text)).toEqual(["a</speak>", '"b"', "&", "<mark", "name='9'/>"]);
});

test("a long text is spoken in parts that end with sentences, and the words' times go on", async () => {
  const text = Array.from({ length: 60 }, (_, index) => `Sentence number ${index} is here.`).join(" ");
  const clip = await engine.speak({ text, voice: await voice("en-US-Neural2-C"), rate: 2 }, { signal });
  expect(service.received.length).toBeGreaterThan(1);
  for (const { input } of service.received)
    expect(input.ssml).toMatch(/here\. <mark name="end"\/><\/speak>$/);
  expect(clip.words.map(({ text }) => text).join(" ")).toBe(text);
  expect(clip.words.at(-1)?.endMs).toBeCloseTo(clip.durationMs, -1);
  const starts = clip.words.map(({ startMs }) => startMs);
  expect(starts).toEqual(starts.toSorted((a, b) => a - b));
});

test("Japanese is divided into words without blanks", async () => {
  const request = {
    text: "日本の首都はどこですか？ 東京です。",
    voice: await voice("ja-JP-Neural2-B"),
    rate: 1,
  };
  const { words } = await engine.speak(request, { signal });
  expect(words.length).toBeGreaterThan(5);
  expect(words.map(({ text }) => text).join("")).toBe("日本の首都はどこですか？東京です。");
});

test("a voice without marks gives words times by their lengths", async () => {
  const request = { text: "one three", voice: await voice("en-US-Chirp3-HD-Kore"), rate: 1 };
  const { words, durationMs } = await engine.speak(request, { signal });
  expect(words[0]).toEqual({ text: "one", startMs: 0, endMs: Math.round((durationMs * 3) / 8) });
  expect(words[1]?.endMs).toBe(Math.round(durationMs));
});

test("boundaries that are missing or wrong are put in order", () => {
  expect(fillIn([undefined, undefined, 400, undefined, undefined], [3, 1, 2, 2], 800)).toEqual([
    0, 300, 400, 600, 800,
  ]);
  expect(fillIn([100, 50, 5_000], [1, 1], 800)).toEqual([100, 100, 800]);
});

test("a service that is busy, or cuts the connection, is asked again", async () => {
  service.trouble(
    { status: 429, headers: { "retry-after": "1" } },
    { status: 503 },
    { status: 0, isCut: true },
  );
  const { words } = await engine.speak(
    { text: "Again.", voice: await voice("en-US-Neural2-C"), rate: 1 },
    { signal },
  );
  expect([words.length, service.received.length]).toEqual([1, 4]);
});

test.each([
  ["an error of the request is final", { status: 400 }, { code: "SPEECH_REFUSED", retriable: false }],
  ["missing credentials are the worker's fault", { status: 403 }, { code: "SPEECH_FAILED", retriable: true }],
  [
    "an answer of another form is no speech",
    { status: 200, body: [] },
    { code: "SPEECH_FAILED", retriable: true },
  ],
  [
    "samples of another form are no speech",
    { status: 200, body: { audioContent: "AAAA" } },
    { code: "SPEECH_FAILED", retriable: true },
  ],
])("%s, and it is asked once", async (_what, trouble, reported) => {
  service.trouble(trouble);
  const request = { text: "Once.", voice: await voice("en-US-Neural2-C"), rate: 1 };
  const error = await engine.speak(request, { signal }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ reported });
  expect(JSON.stringify(error)).not.toContain(API_KEY);
  expect(service.received).toHaveLength(1);
});

test("a canceled request ends with the signal's reason", async () => {
  const request = { text: "Never.", voice: await voice("en-US-Neural2-C"), rate: 1 };
  service.trouble({ status: 429, headers: { "retry-after": "8" } });
  const stop = new AbortController();
  const asked = engine.speak(request, { signal: stop.signal });
  stop.abort(new Error("not needed"));
  await expect(asked).rejects.toThrow("not needed");
});
