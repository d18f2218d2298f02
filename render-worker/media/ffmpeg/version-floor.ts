/** A maintained release line of ffmpeg, and the flaws of its older releases. */
interface Floor {
  /** First two numbers of its releases. */
  line: string;
  /** First release with the fixes. */
  least: string;
  wrongBelow: string;
}

const SHARED_FIXES =
  "CVE-2025-22919 (an AAC stream ends the program), CVE-2025-0518 (reads beyond a buffer in the pan filter), CVE-2023-49502 (heap overflow in the bwdif filter)";

/**
 * The first releases without known flaws that a source can trigger in the formats of `COMMON`
 * (ffmpeg.org/security.html; Debian's changelogs of 5.1.7 and 7.1.3). CVE-2026-40962 is in the MP4 demuxer,
 * CVE-2026-8461 in MagicYUV, which `COMMON` excludes. Distributions backport fixes under their own revision
 * numbers, so this only warns.
 */
const floors: readonly Floor[] = [
  { line: "5.1", least: "5.1.7", wrongBelow: SHARED_FIXES },
  { line: "6.1", least: "6.1.3", wrongBelow: SHARED_FIXES },
  { line: "7.1", least: "7.1.3", wrongBelow: `CVE-2025-25473 (an MP4 ends the program), ${SHARED_FIXES}` },
  {
    line: "8.0",
    least: "8.1.2",
    wrongBelow:
      "CVE-2026-40962 (out-of-bounds write in the MP4 demuxer), CVE-2026-8461 (heap overflow in MagicYUV)",
  },
  { line: "8.1", least: "8.1.2", wrongBelow: "CVE-2026-8461 (heap overflow in MagicYUV)" },
];

/**
 * Explains why a version should be replaced. Null if it has the known fixes, or is a development build, whose
 * number has no meaning. Example: `7.0` → `ffmpeg 7.0 belongs to a release line that no longer receives
 * fixes. …`.
 */
export function versionWarning(name: string, version: string): string | null {
  const [, major = "", minor = "0", patch = "0"] = /^n?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  if (major === "") return null;
  const line = `${major}.${minor}`;
  const newest = floors.at(-1);
  const floor = floors.find((each) => each.line === line);
  const remedy =
    "Update the system's ffmpeg, or set FFMPEG_PATH and FFPROBE_PATH to a newer build. Until then, run programs in the full jail.";
  if (floor === undefined) {
    if (newest && compare([major, minor, patch], newest.least.split(".")) > 0) return null;
    return `${name} ${version} belongs to a release line that no longer receives fixes. Known flaws: ${SHARED_FIXES}. ${remedy}`;
  }
  if (compare([major, minor, patch], floor.least.split(".")) >= 0) return null;
  return `${name} ${version} is older than ${floor.least}. Known flaws of older releases: ${floor.wrongBelow}. ${remedy}`;
}

/** Warnings for both programs, which may be of different versions. */
export const versionWarnings = ({ ffmpeg, ffprobe }: Record<"ffmpeg" | "ffprobe", { version: string }>) =>
  [versionWarning("ffmpeg", ffmpeg.version), versionWarning("ffprobe", ffprobe.version)].filter(
    (warning) => warning !== null,
  );

function compare(one: readonly string[], other: readonly string[]): number {
  for (const [index, part] of one.entries()) {
    const difference = Number(part) - Number(other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
