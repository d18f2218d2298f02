import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { words } from "../../../render-worker/media/ffmpeg/words.ts";
import { makeClip } from "../../../render-worker/testing/kit.ts";
import { type System, startSystem } from "../../kit/index.ts";

let system: System;
/** What is encoded is not stored before this resolves. */
let encodes: Promise<void> | undefined;
beforeAll(async () => {
  system = await startSystem({ workers: 0 });
});
afterAll(() => system[Symbol.asyncDispose]());

const clip = (name: string, options: string) =>
  makeClip(
    join(system.directory, name),
    words(
      `-f lavfi -i testsrc2=s=640x360:r=30:d=12 -f lavfi -i sine=440:d=12 -c:v libx264 -preset ultrafast -pix_fmt yuv420p ${options} -c:a aac -ac 2`,
    ),
  );

const look = async (id: string) => {
  const query = `query ($id: ID!) { video(id: $id) {
    status nonStandardReasons { code message } playback { hlsUrl storyboardUrl } variants { name status } } }`;
  return (await system.client.ask(query, { id })).data.video;
};
const read = async (url: string) => (await fetch(url)).text();
const variantsOf = (master: string) =>
  [...master.matchAll(/^\.\.\/.*\/([^/]+)\/index\.m3u8$/gm)].map(([, name]) => name);

const startWorker = () =>
  system.startWorker({}, (store) => ({
    ...store,
    async put(key, ...rest) {
      if (/\/\d+p\//.test(key)) await encodes;
      return await store.put(key, ...rest);
    },
    async adopt(key, ...rest) {
      if (/\/\d+p\//.test(key)) await encodes;
      return await store.adopt(key, ...rest);
    },
  }));

test("a source that players accept plays before anything is encoded, and stays after encoding", async () => {
  const { promise, resolve: encode } = Promise.withResolvers<void>();
  encodes = promise;
  await using _worker = await startWorker();
  const id = await system.client.upload(await clip("standard.mp4", "-g 60"));
  await system.client.watch(id, ({ status }) => status === "PLAYABLE" || status === "FAILED");
  const first = await read((await look(id)).playback.hlsUrl);
  encode();
  expect(variantsOf(first)).toEqual(["source"]);
  expect((await system.client.watch(id)).at(-1)).toMatchObject({ status: "READY" });
  const video = await look(id);
  expect(video.nonStandardReasons).toEqual([]);
  expect(variantsOf(await read(video.playback.hlsUrl))).toEqual(["144p", "240p", "360p", "source"]);

  const vtt = await read(video.playback.storyboardUrl);
  expect(vtt).toMatch(/^WEBVTT\n\n00:00:00.000 --> /);
  const sprite = await fetch(new URL(/^.*\.jpg/m.exec(vtt)?.[0] ?? "", video.playback.storyboardUrl));
  expect([sprite.status, sprite.headers.get("content-type")]).toEqual([200, "image/jpeg"]);
});

test("a source that players do not accept states why and is only encoded", async () => {
  await using _worker = await startWorker();
  const id = await system.client.upload(await clip("sparse.mp4", "-g 1000"));
  await system.client.watch(id);
  const video = await look(id);
  expect(video.nonStandardReasons).toEqual([
    { code: "KEY_FRAMES", message: "Key frames are up to 12.0 s apart; expected at most 10.0 s." },
  ]);
  expect(variantsOf(await read(video.playback.hlsUrl))).toEqual(["144p", "240p", "360p"]);
});
