import { expect, test } from "vitest";
import { versionWarning } from "./version-floor.ts";

test.each([
  "5.1.9-0+deb12u1",
  "5.1.7",
  "6.1.3",
  "7.1.3-0+deb13u1",
  "8.1.2",
  "8.2",
  "9.0",
  "N-119000-gabcdef",
  "git-2026-01-01",
])("%s has the known fixes or cannot be assessed", (version) => {
  expect(versionWarning("ffmpeg", version)).toBeNull();
});

test.each([
  ["4.1", "no longer receives fixes"],
  ["7.0.0", "no longer receives fixes"],
  ["5.1.6-0+deb12u1", "older than 5.1.7. Known flaws of older releases: CVE-2025-22919"],
  ["7.1", "older than 7.1.3. Known flaws of older releases: CVE-2025-25473"],
  ["n8.0.1", "CVE-2026-40962"],
  ["8.1.1", "CVE-2026-8461"],
])("%s: %s", (version, part) => {
  const warning = versionWarning("ffprobe", version);
  expect(warning).toContain(`ffprobe ${version} `);
  expect(warning).toContain(part);
  expect(warning).toContain("FFMPEG_PATH");
});
