/**
 * Requests of clients of Generative Manim, with the answers that its documentation, its tests and its code
 * promise. `source`: the file there. The wording of its own errors is left open.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import exchanges from "./testing/generative-manim.json" with { type: "json" };
import { createRestApi, downloadKey, drawing, failed, ready } from "./testing/rest-api.ts";

/** It reaches a percentage of an animation, fails, or has its MP4. */
type Happening = "ready" | { error: string } | readonly [index: number, percentage: number];

interface Exchange {
  name: string;
  /** Besides the type of the body. */
  request: { headers: Record<string, string>; body: unknown };
  /** What happens to the video. Absent: there is none. */
  drawing?: Happening[];
  /** `lines`: the body, or `error` for one sentence under that name. */
  answer: { status: number; headers: Record<string, string>; lines: string[] | "error" };
}

const script = "from manim import *\n\nclass GenScene(Scene):\n    def construct(self): self.wait()";

let api: Awaited<ReturnType<typeof createRestApi>>;
beforeAll(async () => {
  api = await createRestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

/** A text of the exchanges with what a run decides. */
const filled = (text: string, url = "") =>
  text
    .replaceAll("{key}", api.token)
    .replaceAll("{script}", JSON.stringify(script).slice(1, -1))
    .replaceAll("{url}", url);

/** Lines of other fields: clients take an object's first field that they know, and skip the rest. */
const isOurs = (line: string): boolean => /^\{"(?:animationCount|videoId)"/.test(line);

test.each(exchanges as unknown as Exchange[])("$name", async ({ request, drawing: happenings, answer }) => {
  const before = await api.db.video.count();
  const asked = api.fetch("/v1/video/rendering", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...JSON.parse(filled(JSON.stringify(request.headers))) },
    body: filled(JSON.stringify(request.body)),
  });
  let url = "";
  if (happenings !== undefined) {
    const video = await api.awaited();
    url = `http://store/${downloadKey(video)}`;
    for (const one of happenings) {
      if (one === "ready") api.live.emit(ready(video));
      else if ("error" in one) api.live.emit(failed(video, one.error));
      else api.live.emit(drawing(video, one[0], one[1] / 100));
    }
  }
  const response = await asked;
  const headers = Object.keys(answer.headers).map((name) => [name, response.headers.get(name)]);
  expect({ status: response.status, headers: Object.fromEntries(headers) }).toEqual({
    ...{ status: answer.status, headers: answer.headers },
  });
  const text = await response.text();
  if (answer.lines === "error") expect(JSON.parse(text)).toEqual({ error: expect.stringMatching(/\.$/) });
  else {
    const lines = text.split("\n").filter((line) => !isOurs(line));
    expect(lines).toEqual(answer.lines.map((line) => filled(line, url)));
  }
  expect((await api.db.video.count()) - before).toBe(happenings === undefined ? 0 : 1);
});
