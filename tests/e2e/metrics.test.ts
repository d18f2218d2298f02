import { join } from "node:path";
import { expect, test } from "vitest";
import { makeClip } from "../../render-worker/testing/kit.ts";
import { documents, eventually, startSystem } from "../kit/index.ts";

test("/metrics shows an operator each step of a video through the system", async () => {
  await using system = await startSystem();
  const { client, api, scrape } = system;
  const clip = await makeClip(join(system.directory, "clip.mp4"), [
    ..."-f lavfi -i testsrc2=s=640x360:r=30:d=8 -c:v libx264 -preset ultrafast".split(" "),
  ]);
  /** The sum of all series of this metric whose labels contain `labels`. */
  const valueOf = async (name: string, labels = ""): Promise<number> =>
    (await scrape())
      .split("\n")
      .filter(
        (line) => line.startsWith(name) && /^[ {]/.test(line.slice(name.length)) && line.includes(labels),
      )
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);

  const { id, uploadUrl } = await client.createUpload(clip);
  expect(await valueOf("reelay_jobs_created_total", 'priority="STANDARD"')).toBe(1);
  const watching = client.watch(id);
  await eventually(
    async () => (await valueOf("reelay_subscribers", "websocket")) === 1,
    "a socket is counted",
  );
  const leaving = new AbortController();
  const stream = await fetch(`${api.url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      authorization: `Bearer ${client.token}`,
    },
    body: JSON.stringify({ query: documents.watch, variables: { id } }),
    signal: leaving.signal,
  });
  expect(stream.status).toBe(200);
  await eventually(async () => (await valueOf("reelay_subscribers", "sse")) === 1, "a stream is counted");
  leaving.abort();

  const { readFile } = await import("node:fs/promises");
  const body = await readFile(clip);
  await fetch(uploadUrl, {
    method: "PATCH",
    headers: {
      "tus-resumable": "1.0.0",
      "upload-offset": "0",
      "content-type": "application/offset+octet-stream",
    },
    body,
  });
  expect(await valueOf("reelay_upload_received_bytes_total")).toBe(body.byteLength);
  await watching;

  await eventually(async () => (await valueOf("reelay_subscribers")) === 0, "no viewer is connected");
  await eventually(async () => {
    expect(await valueOf("reelay_attempts_total", "COMPLETED")).toBe(1);
    expect(await valueOf("reelay_report_lag_seconds_count", "task.completed.v1")).toBe(1);
  }, "the attempt and its last report are counted");
  expect(await valueOf("reelay_progress_lag_seconds_count")).toBeGreaterThan(0);
  expect(await valueOf("reelay_graphql_requests_total", 'type="mutation",result="ok"')).toBe(1);
  expect(await valueOf("reelay_graphql_request_duration_seconds_count", "mutation")).toBe(1);
  expect(await valueOf("reelay_graphql_requests_total", 'type="subscription",result="ok"')).toBe(2);
  expect(await valueOf("reelay_workers", 'pool="CPU",state="alive"')).toBe(1);
  expect(await valueOf("reelay_database_up")).toBe(1);
});
