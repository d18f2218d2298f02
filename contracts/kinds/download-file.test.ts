import { expect, test } from "vitest";
import { attachment, downloadName } from "./download-file.ts";

test.each([
  ["Bunny", "Bunny.mp4"],
  ["Größe – ein  Film", "Größe - ein Film.mp4"],
  ["../../etc/passwd", "etc-passwd.mp4"],
  ['a/b\\c"d\u0000e\nf', "a-b-c-d-e-f.mp4"],
  ["日本語の映画", "日本語の映画.mp4"],
  ["…", "video.mp4"],
  [" .. ", "video.mp4"],
])("%j is saved as %j", (title, name) => {
  expect(downloadName(title)).toBe(name);
});

test("a file name fits every file system and never ends within a character", () => {
  const name = downloadName("日".repeat(500));
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
  expect(name).toMatch(/^日+\.mp4$/);
});

test("browsers receive the name in its own script, and legacy browsers an ASCII name", () => {
  expect(attachment("videos/1/attempts/2/download/My film.mp4")).toBe('attachment; filename="My film.mp4"');
  expect(attachment("videos/1/attempts/2/download/Größe.mp4")).toBe(
    `attachment; filename="Gr__e.mp4"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.mp4`,
  );
});
