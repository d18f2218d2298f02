/** One maintained release line of ffmpeg, and what is known to be wrong in it below a release. */
interface Floor {
  /** First two numbers of its releases. */
  line: string;
  /** First release with the fixes. */
  least: string;
  wrongBelow: string;
}

const sharedFixes =
  "CVE-2025-22919 (an AAC stream ends the program), CVE-2025-0518 (reads beyond a buffer in the pan filter), CVE-2023-49502 (heap overflow in the bwdif filter)";

/**
 * Releases with fixes for flaws that a source can reach through what `COMMON` opens (ffmpeg.org/security.html; Debian's changelogs of 5.1.7 and
 * 7.1.3). CVE-2026-40962 is in the MP4 demuxer, CVE-2026-8461 in MagicYUV, which `COMMON` leaves out. Distributions backport fixes under their own
 * revision numbers, so this warns and refuses nothing.
 */
const floors: readonly Floor[] = [
  { line: "5.1", least: "5.1.7", wrongBelow: sharedFixes },
  { line: "6.1", least: "6.1.3", wrongBelow: sharedFixes },
  { line: "7.1", least: "7.1.3", wrongBelow: `CVE-2025-25473 (an MP4 ends the program), ${sharedFixes}` },
  {
    line: "8.0",
    least: "8.1.2",
    wrongBelow:
      "CVE-2026-40962 (out-of-bounds write in the MP4 demuxer), CVE-2026-8461 (heap overflow in MagicYUV)",
  },
  { line: "8.1", least: "8.1.2", wrongBelow: "CVE-2026-8461 (heap overflow in MagicYUV)" },
];

/**
 * Why a version should be replaced, as a sentence; null where it has the known fixes, or is a development build, whose number says nothing.
 * Example: `7.0` → `ffmpeg 7.0 is of a release line that no longer gets fixes; …`.
 */
export function versionWarning(name: string, version: string): string | null {
  const [, major = "", minor = "0", patch = "0"] = /^n?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  if (major === "") return null;
  const line = `${major}.${minor}`;
  const newest = floors.at(-1);
  const floor = floors.find((each) => each.line === line);
  const remedy =
    "Update the system's ffmpeg, or set FFMPEG_PATH and FFPROBE_PATH to a newer build; keep programs in the full jail until then.";
  if (floor === undefined) {
    if (newest && compare([major, minor, patch], newest.least.split(".")) > 0) return null;
    return `${name} ${version} belongs to a release line that no longer receives fixes. Known to be wrong in it: ${sharedFixes}. ${remedy}`;
  }
  if (compare([major, minor, patch], floor.least.split(".")) >= 0) return null;
  return `${name} ${version} is older than ${floor.least}. Known to be wrong below it: ${floor.wrongBelow}. ${remedy}`;
}

/** Both programs' warnings; they may come from different places. */
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
