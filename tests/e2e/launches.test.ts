/** No worker runs; Reelay rents one for a video, and nothing is left when it is done. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testEnv } from "../../render-worker/testing/env.ts";
import { makeClip } from "../../render-worker/testing/kit.ts";
import { openBackend } from "../../src/compute/testing/adapters.ts";
import { eventually, startSystem } from "../kit/index.ts";
import { untilSettled } from "../kit/until-settled.ts";

test("a video starts a worker at the next target that can, which renders it, drains and exits", async () => {
  const directory = await mkdtemp(join(tmpdir(), "reelay-launches-"));
  await using _removed = { [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
  // Other systems on this machine have other names.
  const installation = `t${process.pid.toString(36)}x`;
  const settings = {
    installation,
    targets: [
      {
        // Nothing listens there.
        ...{ name: "away", kind: "HTTP_ENDPOINT", realm: "OWN" },
        settings: { url: "http://127.0.0.1:1", keyVariable: "AWAY_KEY" },
      },
      {
        ...{ name: "here", kind: "LOCAL_PROCESSES", realm: "OWN", maxInstances: 2, idleExitSeconds: 8 },
        environment: { WORK_DIR: join(directory, "work"), METADATA_SERVER_DETECTION: "none" },
      },
    ],
  };
  await using system = await startSystem({
    workers: 0,
    launches: {
      settings: JSON.stringify(settings),
      environment: { ...(testEnv as Record<string, string>), AWAY_KEY: "key" },
    },
  });
  const clip = await makeClip(
    join(directory, "clip.mp4"),
    "-f lavfi -i testsrc2=size=320x180:rate=30:duration=2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p".split(
      " ",
    ),
  );
  const id = await system.client.upload(clip);
  const video = await untilSettled(() => system.client.video(id), { timeoutMs: 180_000 });
  expect(video.status).toBe("READY");
  expect((await fetch(video.playback.hlsUrl)).status).toBe(200);

  const ended = await eventually(
    async () => {
      const launches = await system.db.launch.findMany({ include: { joinToken: true } });
      return launches.every(({ endedAt }) => endedAt !== null) && launches;
    },
    "the launches have ended",
    { timeoutMs: 120_000 },
  );
  const [refused, first] = ended.toSorted((one, other) => +one.plannedAt - +other.plannedAt);
  expect(refused).toMatchObject({ target: "away", status: "FAILED", endCode: "UNAVAILABLE", tries: 3 });
  expect(first).toMatchObject({
    ...{ target: "here", status: "ENDED", endCode: "DRAINED", sealedToken: null },
    passedOver: [expect.objectContaining({ target: "away", code: "UNAVAILABLE" })],
  });
  expect(first?.joinToken.workerId).not.toBeNull();
  await using machines = openBackend("LOCAL_PROCESSES", {}, `${installation}-`);
  await eventually(
    async () =>
      (await machines.list(AbortSignal.timeout(60_000), [])).every(({ state }) => state === "ENDED"),
    "no worker is alive",
    { timeoutMs: 60_000 },
  );
});
