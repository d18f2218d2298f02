/** Videos from data whose worker is played by the test, on real Postgres and a local store. */
import { objectKeys, type RenderState, type RenditionPart } from "@reelay/contracts";
import { updateVideoSource } from "../../../editions/index.ts";
import { createProjection, type TaskRef } from "../../../testing/projection.ts";
import { splitAttemptOf } from "../../../testing/split-attempt.ts";
import { createVideo } from "../../../videos/index.ts";

const options = ["Jupiter", "Saturn", "Neptune", "Earth"];

/** Data of a quiz. */
export const quiz = (...texts: string[]) => ({
  questions: texts.map((question) => ({ question, options, answerIndex: 0 })),
});

/** A source with this data. */
export const ofTemplate = (data: object, more: object = {}) => ({
  template: { template: "quiz-classic", data, ...more },
});

/** Captions of one cue. */
export const vtt = (text: string) => `WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n${text}\n`;

const sha256 = (frames: string) => frames.repeat(64);

export async function createEditionWorld() {
  const system = await createProjection();

  async function newestTask(videoId: string): Promise<TaskRef> {
    const task = await system.db.task.findFirstOrThrow({
      where: { job: { videoId } },
      orderBy: { job: { createdAt: "desc" } },
    });
    return { videoId, jobId: task.jobId, taskId: task.id };
  }

  /** An attempt that draws two chunks, each with its own frames, speaks, and stores what it reports. */
  function drawing(ref: TaskRef, [one, two]: readonly [string, string], text: string | null = "Which?") {
    const attempt = splitAttemptOf(ref);
    const { attemptId } = attempt;
    const chunk = (name: string, startMs: number, endMs: number | null, frames: string): RenditionPart => ({
      ...attempt.part(name, startMs, endMs, [4_000]),
      drawn: {
        ...{ painter: "template 2.16.3", lastAnimation: 3, startFrame: startMs, frames: 120 },
        ...{ sha256: sha256(frames), firstFrame: "0".repeat(16), animations: ["1".repeat(16)] },
      },
      recipe: sha256("a"),
    });
    const names = ["144p", "360p"];
    const begun = names.map((name) => chunk(name, 0, 4_000, one));
    const all = [...begun, ...names.map((name) => chunk(name, 4_000, null, two))];
    const key = (path: string) => objectKeys.attempt(ref.videoId, attemptId) + path;
    const soundtrack = {
      ...{ key: key("audio/index.m3u8"), codecs: "mp4a.40.2", bandwidthBps: 128_000 },
      ...{
        averageBandwidthBps: 128_000,
        segments: 2,
        durationMs: 8_000,
        sizeBytes: 16_000,
        isComplete: true,
      },
    };
    const state = (parts: RenditionPart[], isDone = false): RenderState => {
      const head = attempt.head(parts, false);
      if (!isDone || head.audio === null) return head;
      return {
        ...head,
        audio: { ...head.audio, playlist: soundtrack },
        posterKey: key("poster.jpg"),
        storyboard: {
          vttKey: key("storyboard/storyboard.vtt"),
          spriteKeys: [key("storyboard/0.jpg")],
          intervalMs: 1_000,
        },
        ...(text !== null && { captions: { key: key("captions.vtt"), language: "en" } }),
      };
    };
    const store = async () => {
      const keys = all.flatMap(({ initKey, segments }) => [initKey, ...segments.map((each) => each.key)]);
      const others = ["audio/index.m3u8", "poster.jpg", "storyboard/storyboard.vtt"].map(key);
      for (const each of [...keys, ...others])
        await system.store.put(each, each.endsWith(".m3u8") ? "#EXTM3U" : each);
      if (text !== null) await system.store.put(key("captions.vtt"), vtt(text));
    };
    return {
      attemptId,
      all,
      async begin() {
        await store();
        await system.apply(attempt.started);
        await system.apply(attempt.advanced(1, state(begun)));
      },
      complete: () => system.apply(attempt.completed(2, state(all, true))),
      completeWithout: () => system.apply(attempt.completed(2, state(begun, true))),
      fail: () => system.apply(attempt.failed(2, "REJECTED", state(begun))),
    };
  }

  async function draw(videoId: string, frames: readonly [string, string], text?: string | null) {
    const attempt = drawing(await newestTask(videoId), frames, text);
    await attempt.begin();
    await attempt.complete();
    return attempt;
  }

  async function readyVideo(data = quiz("Which?", "Who?"), more: object = {}) {
    const source = ofTemplate(data, more);
    const { videoId } = await createVideo(system.operations, system.viewer, { title: "Quiz", source });
    const made = await draw(videoId, ["a", "b"]);
    return { videoId, made };
  }

  async function update(videoId: string, data: object, more: object = {}) {
    system.passTime(1);
    const input = { videoId, source: ofTemplate(data), ...more };
    return await updateVideoSource(system.operations, system.viewer, input);
  }

  const videoOf = (id: string) => system.db.video.findUniqueOrThrow({ where: { id } });
  const editionsOf = (videoId: string) =>
    system.db.edition.findMany({ where: { videoId }, orderBy: { number: "asc" } });
  const master = (videoId: string) => system.stored(objectKeys.master(videoId));

  /** Everything that a viewer who loaded the master playlist goes on to load. */
  async function readAll(videoId: string): Promise<string[]> {
    const folder = `videos/${videoId}/manifest/`;
    const found: string[] = [];
    const read = async (key: string) => {
      const text = await system.stored(key);
      if (text === null) throw new Error(`${key} is missing.`);
      found.push(key);
      if (!key.endsWith(".m3u8")) return;
      const uris = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
      const named = [...text.matchAll(/URI="([^"]+)"/g)].map(([, uri]) => uri ?? "");
      for (const uri of [...uris, ...named]) await read(new URL(uri, `http://x/${key}`).pathname.slice(1));
    };
    await read(`${folder}master.m3u8`);
    return found.toSorted();
  }

  async function areThere(keys: readonly string[]): Promise<boolean[]> {
    const found = await Promise.all(keys.map((key) => system.stored(key)));
    return found.map((text) => text !== null);
  }

  return {
    ...{
      system,
      newestTask,
      drawing,
      draw,
      readyVideo,
      update,
      videoOf,
      editionsOf,
      master,
      readAll,
      areThere,
    },
    [Symbol.asyncDispose]: () => system[Symbol.asyncDispose](),
  };
}
