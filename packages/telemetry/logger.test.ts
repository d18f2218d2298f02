import { expect, test } from "vitest";
import { createLogger } from "./logger.ts";

/** The output of a log call. */
function written(fields: object): Record<string, unknown> {
  let line = "";
  const log = createLogger({ level: "info", destination: { write: (text) => void (line += text) } });
  log.info(fields, "film.shown");
  return JSON.parse(line) as Record<string, unknown>;
}

const token = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6";

test.each([
  ["an API key", `rk_${token}`, "rk_***"],
  ["a bearer token", `Authorization: Bearer ${token}`, "Authorization: Bearer ***"],
  [
    "the token of an upload's address",
    `PATCH /uploads/0d9c3a56-7f3b-4f3e-9d35-0e4d0f1a2b3c.${token} failed`,
    "PATCH /uploads/0d9c3a56-7f3b-4f3e-9d35-0e4d0f1a2b3c.*** failed",
  ],
  [
    "the query of a signed address",
    `GET https://storage.googleapis.com/b/clip.mp4?X-Goog-Signature=${token}&x=1 gave 403`,
    "GET https://storage.googleapis.com/b/clip.mp4?*** gave 403",
  ],
  [
    "the credentials of a database",
    `postgres://reelay:${token}@db:5432/reelay`,
    "postgres://***@db:5432/reelay",
  ],
])("%s is never written, wherever it appears", (_, text, safe) => {
  expect(written({ text })["text"]).toBe(safe);
  const { err } = written({ err: new Error("outer", { cause: new Error(text) }) });
  expect(JSON.stringify(err)).not.toContain(token);
  expect(JSON.stringify(err)).toContain(safe);
});

test("text without secrets stays unchanged", () => {
  const fields = {
    videoId: "0d9c3a56-7f3b-4f3e-9d35-0e4d0f1a2b3c",
    url: "http://127.0.0.1:4000",
    path: "/media/a?b",
  };
  expect(written(fields)).toMatchObject({ ...fields, msg: "film.shown", level: 30 });
});
