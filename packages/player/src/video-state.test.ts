import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { polledStates, statusUrlBeside } from "./video-state.ts";

test("an invalid answer is reported and polled again until the video is settled", async () => {
  const failed = {
    status: "FAILED",
    progress: 0.5,
    error: { code: "SOURCE_UNREADABLE", message: "no video" },
  };
  const answers = [
    { status: 404, body: "" },
    { status: 503, body: "" },
    { status: 200, body: JSON.stringify(failed) },
  ];
  const server = createServer((_, response) => {
    const { status, body } = answers.shift() ?? { status: 500, body: "" };
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/status.json`;
  const reported: unknown[] = [];
  for await (const state of polledStates(
    () => url,
    AbortSignal.timeout(100_000),
    (trouble) => reported.push(trouble),
  ))
    reported.push(state);
  expect(reported).toEqual([
    "MISSING",
    "UNREACHABLE",
    { ...failed, playbackUrl: null, posterUrl: null, storyboardUrl: null },
  ]);
  server.closeAllConnections();
  server.close();
});

test("the public state is located beside Reelay's streams only", () => {
  const base = "https://site.example/page";
  expect(statusUrlBeside("https://m.example/videos/1/manifest/master.m3u8?x=1", base)).toBe(
    "https://m.example/videos/1/status.json",
  );
  expect(statusUrlBeside("/streams/a.m3u8", base)).toBeUndefined();
});
