/** A worker that the example server of `HTTP_ENDPOINT` starts renders a video over the gateway. */
import { expect, test } from "vitest";
import { makeClip } from "../../render-worker/testing/kit.ts";
import { openBackend } from "../../src/compute/testing/adapters.ts";
import { startExampleEndpoint } from "../../src/compute/testing/example-endpoint.ts";
import { eventually, startSystem } from "../kit/index.ts";

const CREATE = `mutation ($input: CreateJoinTokenInput!) { createJoinToken(input: $input) {
  ... on CreatedJoinToken { secret } ... on Error { code message } } }`;

test("a launch at the example server renders a video, drains, and ends with 0", async () => {
  await using system = await startSystem({ workers: 0 });
  await using endpoint = await startExampleEndpoint();
  await using backend = openBackend("HTTP_ENDPOINT", { url: endpoint.url }, "reelay-", endpoint.environment);
  const clip = await makeClip(
    `${system.directory}/clip.mp4`,
    "-f lavfi -i testsrc2=size=320x180:rate=30:duration=2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p".split(
      " ",
    ),
  );
  const { data } = await system.client.ask(CREATE, { input: { name: "rented" } });
  const signal = AbortSignal.timeout(180_000);
  const order = {
    name: "reelay-rented-1",
    environment: {
      ...{ WORKER_MODE: "drain", WORKER_IDLE_EXIT: "10", WORKER_API_URL: system.api.url },
      ...{ WORKER_JOIN_TOKEN: String(data.createJoinToken.secret), WORK_DIR: `${system.directory}/rented` },
      METADATA_SERVER_DETECTION: "none",
    },
    secretVariables: ["WORKER_JOIN_TOKEN"],
    endsWithinSeconds: 300,
  };
  await backend.launch(order, signal);
  await eventually(async () => (await system.db.worker.count()) === 1, "the worker has joined", {
    timeoutMs: 60_000,
  });
  const id = await system.client.upload(clip);
  const video = await eventually(
    async () => {
      const found = await system.client.video(id);
      return ["READY", "FAILED"].includes(found.status) && found;
    },
    "the video is settled",
    { timeoutMs: 120_000 },
  );
  expect(video.status).toBe("READY");
  expect((await fetch(video.playback.hlsUrl)).status).toBe(200);
  const machine = await eventually(
    async () => (await backend.list(signal)).find(({ state }) => state === "ENDED") ?? false,
    "the worker ends by itself",
    { timeoutMs: 60_000 },
  );
  expect(machine).toMatchObject({ name: order.name, exitCode: 0 });
  // An order that is repeated after the end starts nothing.
  expect(await backend.launch(order, signal)).toEqual({ ref: machine.ref });
  expect((await backend.list(signal)).map(({ state }) => state)).toEqual(["ENDED"]);
});
