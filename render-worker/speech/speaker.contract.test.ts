import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createNoJail } from "../jail/no-jail.ts";
import { ToolNotFoundError } from "../media/ffmpeg/index.ts";
import { DirectoryStore } from "../testing/directory-store.ts";
import { temporaryDirectory, testJail } from "../testing/kit.ts";
import { startFakeGoogle } from "./google/testing/fake-google.ts";
import { createClipStore, findSpeech, type InstalledSpeech, type Speaker, type SpokenClip } from "./index.ts";
import { findPiper } from "./piper/find-piper.ts";

const signal = AbortSignal.any([]);

const API_KEY = "key-of-the-test";

const isInCI = process.env["CI"] === "true";
/** Required in CI, elsewhere skipped without it. */
const hasPiper = await findPiper(createNoJail()).then(
  () => true,
  (error: unknown) => {
    if (isInCI || !(error instanceof ToolNotFoundError)) throw error;
    return false;
  },
);

/** With an engine's service, if it has one. */
const engines: { name: string; find: () => Promise<InstalledSpeech & Partial<AsyncDisposable>> }[] = [
  { name: "flite", find: async () => await findSpeech(await testJail()) },
  ...(hasPiper
    ? [{ name: "piper", find: async () => await findSpeech(await testJail(), { engine: "piper" }) }]
    : []),
  {
    name: "google",
    find: async () => {
      const { endpoint, ...service } = await startFakeGoogle(API_KEY);
      return {
        ...(await findSpeech(await testJail(), { engine: "google", endpoint, apiKey: API_KEY })),
        ...service,
      };
    },
  },
];

const hash = ({ samples }: SpokenClip) => samples.toString("base64").slice(0, 10_000);
const writtenIn = ({ words }: SpokenClip) => words.map(({ text }) => text).join(" ");

const asDisposable = async (found: Promise<InstalledSpeech & Partial<AsyncDisposable>>) => {
  const speech = await found;
  return { ...speech, [Symbol.asyncDispose]: async () => speech[Symbol.asyncDispose]?.() };
};

/** Words follow each other within the clip. */
function expectInOrder({ words, durationMs }: SpokenClip): void {
  let at = 0;
  for (const { startMs, endMs } of words) {
    expect(startMs).toBeGreaterThanOrEqual(at);
    expect(endMs).toBeGreaterThanOrEqual(startMs);
    at = endMs;
  }
  expect(at).toBeLessThanOrEqual(Math.ceil(durationMs));
}

describe.each(engines)("$name", ({ find }) => {
  let speech: InstalledSpeech & Partial<AsyncDisposable>;
  let speaker: Speaker;
  beforeAll(async () => {
    speech = await find();
    speaker = speech.open();
  });
  afterAll(async () => {
    await speaker[Symbol.asyncDispose]();
    await speech[Symbol.asyncDispose]?.();
  });
  const speak = (text: string, more: { voice?: string; rate?: number; language?: string } = {}) =>
    speaker.speak({ voice: null, language: "en", ...more, text }, { signal });

  test("a text becomes samples, and every word has its time", async () => {
    const text = "Dr. Smith has 42 dogs, hasn't she? The well-known café is in Zürich!";
    const clip = await speak(text);
    expect(clip.durationMs).toBeCloseTo((clip.samples.length / 2 / clip.sampleRate) * 1000, 3);
    expect(clip.durationMs).toBeGreaterThan(3_000);
    expect(writtenIn(clip)).toBe(text);
    expectInOrder(clip);
    for (const { startMs, endMs } of clip.words) expect(endMs).toBeGreaterThan(startMs);
  });

  test("a last sentence of one word is spoken, too", async () => {
    const [question, answered] = [await speak("Is it true?"), await speak("Is it true? Yes.")];
    expect(answered.durationMs).toBeGreaterThan(question.durationMs + 200);
    const last = answered.words.at(-1);
    expect(last?.startMs).toBeGreaterThan(question.words.at(-1)?.startMs ?? 0);
    expect((last?.endMs ?? 0) - (last?.startMs ?? 0)).toBeGreaterThan(150);
  });

  test("the same request gives the same bytes, also in another worker", async () => {
    await using another = await asDisposable(find());
    await using other = another.open();
    const request = { text: "Which planet is red?", voice: null, language: "en" };
    const clips = [await speaker.speak(request, { signal }), await other.speak(request, { signal })];
    expect(new Set(clips.map(hash)).size).toBe(1);
    expect(clips[0]?.words).toEqual(clips[1]?.words);
  });

  test("a request that another one already makes is not made again", async () => {
    const [one, same] = await Promise.all([speak("Equal requests."), speak("Equal\n\t requests. ")]);
    expect(one).toBe(same);
  });

  test("each voice speaks, and differently; a rate of 2 halves the time", async () => {
    const clips = [];
    const english = (await speech.voices({ signal })).filter(({ language }) => language.startsWith("en"));
    for (const { id } of english) clips.push(await speak("One small step.", { voice: id }));
    expect(new Set(clips.map(hash)).size).toBe(clips.length);
    const fast = await speak("One small step.", { rate: 2 });
    expect(fast.durationMs / (clips[0]?.durationMs ?? 0)).toBeCloseTo(0.5, 1);
  });

  test.each([
    ["SSML", "Before </speak><audio src='https://example.com/a.mp3'/> & after"],
    ["options", "-o /etc/passwd --voicedump x"],
    ["control characters", "Zero\0and\u001B[31mone\u202Eand\u200Btwo\r\n\r\nend"],
    ["half a surrogate pair", "Half \uD83D pair"],
    ["emoji among words", "Party 🎉 time 👩‍👩‍👧‍👦 now"],
    ["one very long word", "a".repeat(300)],
    ["symbols", "3 × 4 = 12; x² ≤ π; 50% of €5.20 & $3 — AT&T… C++"],
  ])("%s are spoken as a text like any other", async (_what, text) => {
    const clip = await speak(text);
    expect(clip.durationMs).toBeGreaterThan(500);
    expect(writtenIn(clip)).not.toMatch(/\p{Cc}|\uD83D(?![\uDC00-\uDFFF])/u);
    expectInOrder(clip);
  });

  test("a clip that one worker has spoken serves all workers of its workspace", async () => {
    await using directory = await temporaryDirectory();
    const store = new DirectoryStore(directory.path);
    const text = "Spoken once, heard twice.";
    const say = async (workspace: string) => {
      await using another = await asDisposable(find());
      const clips = createClipStore(store, { prefix: `speech/${workspace}/`, log: pino({ enabled: false }) });
      await using other = another.open(clips);
      const clip = await other.speak({ text, voice: null, language: "en" }, { signal });
      return {
        clip,
        isReused: other.usage.spokenCharacters === 0 && other.usage.reusedCharacters === text.length,
      };
    };
    const first = await say("w1");
    const again = await say("w1");
    expect([first.isReused, again.isReused]).toEqual([false, true]);
    expect(again.clip).toEqual(first.clip);
    expect((await say("w2")).isReused).toBe(false);
    // Without a store, texts are spoken.
    store.beforeRead = store.beforeWrite = () => Promise.reject(new Error("The store is away."));
    expect(await say("w1")).toMatchObject({ isReused: false, clip: { words: first.clip.words } });
  });

  test("a clip that one attempt has spoken serves the next one of this worker", async () => {
    const request = { text: "Spoken once.", voice: null, language: "en" };
    const clip = await speaker.speak(request, { signal });
    await using next = speech.open();
    expect(await next.speak(request, { signal })).toBe(clip);
  });

  test.each([
    ["no text", "", {}, "TEXT_NOT_SPEAKABLE"],
    ["blanks and control characters", " \n\0\u200B ", {}, "TEXT_NOT_SPEAKABLE"],
    ["a megabyte", "word ".repeat(200_000), {}, "TEXT_TOO_LONG"],
    ["emoji alone", "🎉 🎉", {}, "TEXT_NOT_SPEAKABLE"],
    ["a number that would last for minutes", "9".repeat(1_000), {}, "TEXT_TOO_LONG"],
    ["a voice that does not exist", "Hello", { voice: "missing-1" }, "VOICE_UNAVAILABLE"],
    ["a language without a voice", "Hello", { language: "tlh" }, "LANGUAGE_UNSUPPORTED"],
    ["a rate of 9", "Hello", { rate: 9 }, "RATE_INVALID"],
  ])("%s is refused with a reason", async (_what, text, more, code) => {
    await expect(speak(text, more)).rejects.toMatchObject({ reported: { code, retriable: false } });
  });

  test("the refusal of a voice lists the available ones", async () => {
    const [first] = await speech.voices({ signal });
    await expect(speak("Hello", { voice: "unknown" })).rejects.toThrow(first?.id);
  });

  test("a caller that stops waiting gets its reason, and others their clips", async () => {
    const stop = new AbortController();
    const stopped = speaker.speak(
      { text: "Stop waiting for this.", voice: null, language: null },
      { signal: stop.signal },
    );
    const other = speak("This is still spoken.");
    stop.abort(new Error("not needed"));
    await expect(stopped).rejects.toThrow("not needed");
    expect((await other).durationMs).toBeGreaterThan(500);
  });
});

describe("flite", () => {
  const open = async () => {
    const speaker = (await findSpeech(await testJail())).open();
    onTestFinished(() => speaker[Symbol.asyncDispose]());
    return (text: string) => speaker.speak({ text, voice: null, language: null }, { signal });
  };

  test.each(["كم عدد الكواكب؟", "Столица?", "東京", "Ελλάδα", "What is 東京?"])(
    "%s is no English, and refused instead of left out",
    async (text) => {
      const speak = await open();
      await expect(speak(text)).rejects.toMatchObject({ reported: { code: "LANGUAGE_UNSUPPORTED" } });
    },
  );

  test.each(["🎉🎉", "!?", "—"])("%s has no sound, and is refused instead of being silence", async (text) => {
    const speak = await open();
    await expect(speak(text)).rejects.toMatchObject({ reported: { code: "TEXT_NOT_SPEAKABLE" } });
  });
});

describe.runIf(hasPiper)("without a setting", () => {
  test("Piper's voice comes first, and Flite's voices speak as well", async () => {
    const speech = await findSpeech(await testJail(), { engine: null });
    const voices = await speech.voices({ signal });
    expect([voices[0]?.engine, voices.find(({ id }) => id === "slt")?.engine]).toEqual(["piper", "flite"]);
    await using speaker = speech.open();
    const say = (voice: string | null) =>
      speaker.speak({ text: "Hello.", voice, language: "en" }, { signal });
    expect((await say(null)).sampleRate).toBe(22_050);
    expect((await say("slt")).sampleRate).toBe(16_000);
  });
});
