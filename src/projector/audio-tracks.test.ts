import { type AudioState, objectKeys, PublishedPlaylist, type RenderState } from "@reelay/contracts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { cancelJob } from "../jobs/index.ts";
import { retryJob } from "../kinds/index.ts";
import { attemptOf, createProjection, type TaskRef } from "../testing/projection.ts";
import { splitAttemptOf } from "../testing/split-attempt.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => system.clear());

type Attempt = ReturnType<typeof attemptOf>;

/** A track as its worker tells of it, with so many of its four segments. */
function trackOf(ref: TaskRef, { attemptId }: Attempt, name: string, segments: number): AudioState {
  const [label = "", language = ""] = { audio: ["English", "en"], "audio-2": ["Deutsch", "de"] }[name] ?? [
    name,
  ];
  const playlist = {
    key: objectKeys.attemptFile(ref.videoId, attemptId, name, "index.m3u8"),
    codecs: "mp4a.40.2",
    ...{ bandwidthBps: 130_000, averageBandwidthBps: 128_000 },
    ...{ segments, durationMs: segments * 2_000, sizeBytes: segments * 32_000, isComplete: segments === 4 },
  };
  const told = { name, label, codec: "AAC", channels: 2, language: language || null };
  return { ...told, playlist: segments > 0 ? playlist : null };
}

const { source } = splitAttemptOf({ videoId: "v", jobId: "j", taskId: "t" }).head([]);
const withAudio = (state: RenderState, audio: AudioState | null, ...audios: AudioState[]): RenderState => ({
  ...{ ...state, source, audio },
  ...(audios.length > 0 && { audios }),
});
const audioTracksOf = ({ videoId }: TaskRef) =>
  system.db.audioTrack.findMany({
    where: { videoId },
    orderBy: { name: "asc" },
    select: { name: true, label: true, language: true },
  });
const statusOf = async ({ videoId }: TaskRef) =>
  (await system.db.video.findUniqueOrThrow({ where: { id: videoId } })).status;
const masterOf = async ({ videoId }: TaskRef) => (await system.stored(objectKeys.master(videoId))) ?? "";

test("a video becomes playable when all its audio tracks are, and its master playlist names them", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  const [english, german] = [1, 0].map((segments, index) =>
    trackOf(ref, attempt, index === 0 ? "audio" : "audio-2", segments),
  );
  await system.apply(attempt.started);
  await system.apply(
    attempt.advanced(1, withAudio(attempt.state("RENDERING"), english ?? null, german as AudioState)),
  );
  expect(await statusOf(ref)).toBe("PROCESSING");
  expect(await audioTracksOf(ref)).toEqual([
    { name: "audio", label: "English", language: "en" },
    { name: "audio-2", label: "Deutsch", language: "de" },
  ]);
  const begun = withAudio(attempt.state("RENDERING"), english ?? null, trackOf(ref, attempt, "audio-2", 1));
  await system.apply(attempt.advanced(2, begun));
  expect(await statusOf(ref)).toBe("PLAYABLE");
  expect(await masterOf(ref)).toMatch(/NAME="English".*\n.*NAME="Deutsch"/);
});

test("the API accepts the report of an older worker with a single audio track", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  const { name: _name, label: _label, ...audio } = trackOf(ref, attempt, "audio", 4);
  await system.apply(attempt.started);
  await system.apply(attempt.completed(1, withAudio(attempt.state("READY"), audio)));
  expect(await audioTracksOf(ref)).toEqual([{ name: "audio", label: null, language: "en" }]);
  expect(await masterOf(ref)).toMatch(/NAME="Main",LANGUAGE="en",DEFAULT=YES/);
});

test("an audio track that turns out to be empty is removed, even the first", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  const begun = attempt.state("RENDERING");
  await system.apply(
    attempt.advanced(
      1,
      withAudio(begun, trackOf(ref, attempt, "audio", 0), trackOf(ref, attempt, "audio-2", 1)),
    ),
  );
  expect(await statusOf(ref)).toBe("PROCESSING");
  await system.apply(
    attempt.completed(2, withAudio(attempt.state("READY"), null, trackOf(ref, attempt, "audio-2", 4))),
  );
  expect((await audioTracksOf(ref)).map(({ name }) => name)).toEqual(["audio-2"]);
  expect(await statusOf(ref)).toBe("READY");
  expect((await masterOf(ref)).match(/DEFAULT=YES/g)).toHaveLength(1);
});

test("a canceled job keeps complete output, for which the first audio track suffices", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  const state = withAudio(
    attempt.state("READY", "RENDERING"),
    trackOf(ref, attempt, "audio", 4),
    trackOf(ref, attempt, "audio-2", 0),
  );
  await system.apply(attempt.started);
  await system.apply(attempt.advanced(1, state));
  await cancelJob(system.operations, system.viewer, { jobId: ref.jobId });
  await system.apply(attempt.stopped(2, "CANCELED", state));
  expect(await statusOf(ref)).toBe("READY");
  expect(await masterOf(ref)).not.toMatch(/Deutsch/);
});

test("a retry receives the list of complete tracks", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  const state = withAudio(
    attempt.state("READY", "PENDING"),
    trackOf(ref, attempt, "audio", 4),
    trackOf(ref, attempt, "audio-2", 4),
    trackOf(ref, attempt, "audio-3", 1),
  );
  await system.apply(attempt.failed(1, "REJECTED", state));
  const { jobId } = await retryJob(system.operations, system.viewer, ref);
  const { id: taskId } = await system.db.task.findFirstOrThrow({ where: { jobId } });
  const [message] = await system.takeMessages({ taskId });
  expect(message?.keep).toMatchObject({
    audio: { name: "audio", label: "English", playlist: { isComplete: true } },
    audios: [{ name: "audio-2", label: "Deutsch", playlist: { isComplete: true } }],
  });
  expect(message?.keep.audios).toHaveLength(1);
});

/** A long video with two tracks, whose head is made. */
async function splitWithTracks(channelsOf: (name: string) => number = () => 2) {
  const ref = await system.createQueuedVideo();
  const head = splitAttemptOf(ref, "w0");
  const names = ["144p", "360p", "audio", "audio-2"];
  const parts = names.map((name) => head.part(name, 0, 8_000, [1_000, 1_000, 2_000, 4_000]));
  // Audio as small as silence is.
  for (const { segments } of parts.slice(2)) for (const segment of segments) segment.sizeBytes /= 100;
  const state = head.head(parts);
  const begun = (name: string) => ({ ...trackOf(ref, head, name, 0), channels: channelsOf(name) });
  await system.apply(head.started);
  await system.apply(
    head.completed(1, {
      ...withAudio(state, begun("audio"), begun("audio-2")),
      source: state.source,
      split: { headEndMs: 8_000, renditions: names, speed: 2 },
    }),
  );
  const tasks = await system.db.task.findMany({ where: { jobId: ref.jobId, isRest: true } });
  return { ref, tasks };
}
const rest = Array.from({ length: 16 }, () => 4_000);
const ofKind = <T extends { kind: string }>(tasks: T[], kind: string): T => {
  const found = tasks.find((task) => task.kind === kind);
  if (found === undefined) throw new Error(`There is no ${kind}.`);
  return found;
};

test("one task renders the rest of all audio tracks of a long video, each with a playlist at a stable URL", async () => {
  const { ref, tasks } = await splitWithTracks();
  const task = ofKind(tasks, "AUDIO");
  const taskRef = { ...ref, taskId: task.id };
  const [message] = await system.takeMessages(taskRef);
  expect(message?.part).toEqual({ kind: "AUDIO", startMs: 8_000, renditions: ["audio", "audio-2"] });
  const attempt = splitAttemptOf(taskRef, "w1");
  await system.apply(attempt.started);
  await system.apply(
    attempt.completed(
      1,
      attempt.rest(attempt.part("audio", 8_000, null, rest), attempt.part("audio-2", 8_000, null, rest)),
    ),
  );
  for (const name of ["audio", "audio-2"]) {
    const text = await system.stored(objectKeys.joinedPlaylist(ref.videoId, name));
    expect(text?.match(/#EXTINF/g)).toHaveLength(20);
    expect(text).toMatch(/EXT-X-ENDLIST/);
    expect(await masterOf(ref)).toContain(`URI="../variants/${name}/index.m3u8"`);
  }
});

test("a growing 5.1 track is announced at its encoding bitrate, three times that of stereo", async () => {
  const { ref } = await splitWithTracks((name) => (name === "audio" ? 6 : 2));
  const bandwidthOf = async (name: string) => {
    const where = { videoId_name: { videoId: ref.videoId, name } };
    const { playlist } = await system.db.audioTrack.findUniqueOrThrow({ where });
    return PublishedPlaylist.parse(playlist).bandwidthBps;
  };
  expect((await bandwidthOf("audio")) / (await bandwidthOf("audio-2"))).toBeCloseTo(3, 3);
});

test("a retry renders the rest of only the incomplete audio tracks", async () => {
  const { ref, tasks } = await splitWithTracks();
  const attempt = splitAttemptOf({ ...ref, taskId: ofKind(tasks, "AUDIO").id }, "w1");
  await system.apply(attempt.started);
  const parts = [
    attempt.part("audio", 8_000, null, rest),
    attempt.part("audio-2", 8_000, null, rest.slice(3), false),
  ];
  await system.apply(attempt.failed(1, "REJECTED", attempt.rest(...parts)));
  const { jobId } = await retryJob(system.operations, system.viewer, ref);
  const left = await system.db.task.findMany({ where: { jobId } });
  expect(ofKind(left, "AUDIO").params).toMatchObject({ renditions: ["audio-2"] });
});
