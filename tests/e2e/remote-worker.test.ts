/** A worker that knows the API's address and a join token, and nothing else of the system. */

import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createLocalObjectStore, type ObjectStore } from "@reelay/object-store";
import { exitCodes } from "@reelay/process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeClip } from "../../render-worker/testing/kit.ts";
import { documents, eventually, type System, startSystem } from "../kit/index.ts";
import { startProcess, type TestProcess } from "../kit/start-process.ts";
import { untilSettled } from "../kit/until-settled.ts";

let system: System;
let store: ObjectStore;
let clip: string;
beforeAll(async () => {
  system = await startSystem({ workers: 0 });
  const { storeDirectory: directory, api } = system;
  store = createLocalObjectStore({ directory, publicBaseUrl: `${api.url}/media/` });
  clip = await makeClip(`${system.directory}/clip.mp4`, [
    ..."-f lavfi -i testsrc2=size=640x360:rate=30:duration=6 -f lavfi -i sine=440:d=6".split(" "),
    ..."-c:v libx264 -preset ultrafast -g 3000 -pix_fmt yuv420p -c:a aac".split(" "),
  ]);
});
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
});

const patience = { timeoutMs: 120_000 };
const keyOf = (id: string) => Buffer.from(id, "base64url").toString().split(":")[1] ?? "";

const CREATE = `mutation ($input: CreateJoinTokenInput!) { createJoinToken(input: $input) {
  ... on CreatedJoinToken { secret joinToken { id prefix realm usedAt } } ... on Error { code message } } }`;

async function createToken(input: object = {}): Promise<{ secret: string; id: string }> {
  const { data } = await system.client.ask(CREATE, { input: { name: "attic", ...input } });
  return { secret: data.createJoinToken.secret, id: data.createJoinToken.joinToken.id };
}

let started = 0;
/** `npm run worker -- --join TOKEN --api URL`, as on another machine: it shares no folder with the system. */
const startRemote = (secret: string, env: Readonly<Record<string, string>> = {}): TestProcess =>
  startProcess("render-worker/main.ts", {
    WORKER_JOIN_TOKEN: secret,
    WORKER_API_URL: system.api.url,
    WORK_DIR: join(system.directory, `elsewhere-${started++}`),
    ...env,
  });

const attemptsOf = (videoId: string) =>
  system.db.attempt.findMany({ where: { task: { job: { videoId } } }, orderBy: { startedAt: "asc" } });

/** Every segment of every playlist of a video, as a player finds them. */
async function readWhole(videoId: string): Promise<number> {
  const read = async (key: string) => await text((await store.read(key)).body);
  const lines = (playlist: string) =>
    playlist.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const master = `videos/${videoId}/manifest/master.m3u8`;
  const resolve = (from: string, to: string) => new URL(to, `http://store/${from}`).pathname.slice(1);
  let segments = 0;
  for (const playlist of lines(await read(master)).map((line) => resolve(master, line))) {
    const media = await read(playlist);
    expect(media).toContain("#EXT-X-ENDLIST");
    for (const segment of lines(media)) {
      expect((await store.head(resolve(playlist, segment)))?.sizeBytes).toBeGreaterThan(0);
      segments += 1;
    }
  }
  return segments;
}

test("a machine that is killed with its worker loses nothing; another one with a token finishes the video", async () => {
  const { secret } = await createToken();
  await using victim = startRemote(secret);
  await victim.logged("worker.started");
  const id = await system.client.upload(clip);
  const videoId = keyOf(id);
  const [first] = await eventually(
    async () => {
      const isGrowing = await system.db.variant.count({ where: { videoId, status: "RENDERING" } });
      return isGrowing > 0 && (await attemptsOf(videoId));
    },
    "it renders",
    patience,
  );
  victim.killGroup("SIGKILL");
  await victim.ended;
  // The lease of its attempt has expired; the sweeper finds it.
  await system.db.attempt.updateMany({ where: { id: first?.id ?? "" }, data: { leaseUntil: new Date(0) } });

  const { secret: another } = await createToken();
  await using heir = startRemote(another, { WORKER_MODE: "once" });
  const { status, playback } = await untilSettled(() => system.client.video(id), patience);
  expect(status).toBe("READY");
  expect((await fetch(playback.hlsUrl)).status).toBe(200);
  expect(await readWhole(videoId)).toBeGreaterThan(8);
  const outcomes = (await attemptsOf(videoId)).map(({ outcome }) => outcome);
  expect(outcomes.slice(0, 2)).toEqual(["LOST", "COMPLETED"]);
  expect(await heir.ended).toEqual({ code: exitCodes.DONE, signal: null });

  await using copy = startRemote(another);
  expect(await copy.ended).toEqual({ code: exitCodes.JOIN_REFUSED, signal: null });
});

test("a canceled job stops its remote worker; a revoked token ends the worker", async () => {
  const { secret, id: tokenId } = await createToken();
  await using worker = startRemote(secret);
  await worker.logged("worker.started");
  const long = await makeClip(`${system.directory}/long.mp4`, [
    ..."-f lavfi -i testsrc2=size=1280x720:rate=30:duration=25 -c:v libx264 -preset ultrafast -g 3000".split(
      " ",
    ),
  ]);
  const id = await system.client.upload(long);
  const videoId = keyOf(id);
  const job = await eventually(
    async () => {
      const found = await system.db.job.findFirst({ where: { videoId, status: "RUNNING" } });
      return found ?? false;
    },
    "it renders",
    patience,
  );
  await system.client.ask(`mutation ($id: ID!) { cancelJob(id: $id) { ... on Job { id } } }`, {
    id: Buffer.from(`Job:${job.id}`).toString("base64url"),
  });
  await worker.logged("cancel.received");
  await eventually(
    async () => (await system.db.job.count({ where: { id: job.id, status: "CANCELED" } })) === 1,
    "the job is canceled",
    patience,
  );
  const revoke = `mutation ($input: RevokeJoinTokenInput!) { revokeJoinToken(input: $input) {
    ... on JoinToken { revokedAt } ... on Error { code } } }`;
  const { data } = await system.client.ask(revoke, { input: { id: tokenId } });
  expect(data.revokeJoinToken.revokedAt).toEqual(expect.any(String));
  expect(await worker.ended).toEqual({ code: exitCodes.JOIN_REFUSED, signal: null });
  const events = await system.db.event.findMany({
    where: { type: { startsWith: "worker." } },
    orderBy: { id: "asc" },
  });
  expect(events.slice(-3).map(({ type }) => type)).toEqual([
    "worker.token-created",
    "worker.joined",
    "worker.token-revoked",
  ]);
  expect(JSON.stringify(await system.db.joinToken.findMany())).not.toContain(secret);
});

const question = (text: string) => ({
  ...{ question: text, options: ["Jupiter", "Saturn"], answerIndex: 0 },
  explanation: "It is larger than all of the other planets together.",
});
const quiz = { timerSeconds: 1, speakOptions: false, questions: [question("Which planet is the largest?")] };
const template = (theme: string) => ({
  ...{ template: "quiz-classic", data: { ...quiz, theme }, height: 270, frameRate: 10 },
});

/** Until its first heartbeat says that it draws and speaks. */
const untilItSpeaks = () =>
  eventually(
    async () => {
      const living = await system.db.worker.findMany({ where: { slots: { gt: 0 }, isStopping: false } });
      return living.some(({ offer }) => JSON.stringify(offer).includes("COMPOSITION"));
    },
    "a worker speaks",
    patience,
  );

const CHECK = `mutation ($input: CheckSourceInput!) { checkSource(input: $input) { ... on SourceCheck {
  id status waitReason error { code message } issues { code } stills { url width height } } ... on Error { code message } } }`;

test("a remote worker checks data and draws its pictures; what one has spoken, another one does not speak again", async () => {
  const clear = () => system.db.worker.deleteMany();
  await clear();
  const { secret } = await createToken({ realm: "CLOUD" });
  const first = startRemote(secret);
  await using _first = first;
  await untilItSpeaks();
  const input = { source: { template: template("violet") }, stills: { scenes: [0] }, waitMs: 30_000 };
  const checked = await eventually(
    async () => {
      const { data } = await system.client.ask(CHECK, { input });
      return data.checkSource.status !== "PENDING" && data.checkSource;
    },
    "the data is checked",
    patience,
  );
  expect(checked).toMatchObject({ status: "SUCCEEDED", issues: [], stills: [{ width: 640, height: 360 }] });
  const picture = await fetch(checked.stills[0].url);
  expect([picture.status, picture.headers.get("content-type")]).toEqual([200, "image/jpeg"]);
  expect(await system.db.sourceCheck.findMany()).toMatchObject([{ status: "SUCCEEDED", sends: 1 }]);

  const make = async (theme: string) => {
    const source = { template: template(theme) };
    const { data } = await system.client.ask(documents.createVideo, { input: { title: "Planets", source } });
    const { id } = data.createVideo;
    const video = await untilSettled(() => system.client.video(id), patience);
    expect(video.status).toBe("READY");
    const { data: read } = await system.client.ask(
      `query ($id: ID!) { video(id: $id) { mainJob { reuse { spokenCharacters reusedCharacters } } } }`,
      { id },
    );
    return read.video.mainJob.reuse;
  };
  expect(await make("violet")).toEqual({ spokenCharacters: expect.any(Number), reusedCharacters: 0 });
  first.killGroup("SIGKILL");
  await first.ended;
  await clear();

  const { secret: another } = await createToken({ realm: "CLOUD" });
  await using _second = startRemote(another);
  await untilItSpeaks();
  const reuse = await make("ocean");
  expect(reuse).toEqual({ spokenCharacters: 0, reusedCharacters: expect.any(Number) });
  expect(reuse.reusedCharacters).toBeGreaterThan(0);
});
