import { PROFILE_NAME, type Profile } from "@reelay/contracts";
import { InvalidProfileError } from "../errors/index.ts";
import { builtInProfiles } from "./built-in.ts";
import { checkRungs, codecLabels, type ProfileIssue, quoted } from "./check-rungs.ts";

/** Returns the profile if it can be rendered. Throws `InvalidProfileError` with all its problems. Pure. */
export function checkProfile(profile: Profile): Profile {
  const issues = [
    ...checkName(profile.name),
    ...checkRungs(profile.rungs),
    ...checkTimes(profile),
    ...checkAudio(profile.audio),
    ...checkDownload(profile),
  ];
  if (issues.length > 0) throw new InvalidProfileError(profile.name, issues);
  return profile;
}

function checkName(name: string): ProfileIssue[] {
  if (!PROFILE_NAME.test(name)) {
    const message = `the name is ${quoted(name)}; use 1 to 64 lower-case letters, digits and hyphens, such as "web-1080".`;
    return [{ path: "name", message }];
  }
  if (builtInProfiles.every((builtIn) => builtIn.name !== name)) return [];
  const message = `the name ${quoted(name)} is a built-in profile's; use another one, e.g. "my-${name}".`;
  return [{ path: "name", message: message.slice(0, 200) }];
}

function checkTimes({ segmentDurationMs, gopDurationMs }: Profile): ProfileIssue[] {
  const issues: ProfileIssue[] = [];
  const isGop = Number.isInteger(gopDurationMs) && gopDurationMs >= 500 && gopDurationMs <= 20_000;
  if (!isGop) {
    const message = `gopDurationMs is ${gopDurationMs}; use 500 to 20000 ms, usually 2000.`;
    issues.push({ path: "gopDurationMs", message });
  }
  if (!Number.isInteger(segmentDurationMs) || segmentDurationMs < 1_000 || segmentDurationMs > 20_000) {
    const message = `segmentDurationMs is ${segmentDurationMs}; use 1000 to 20000 ms, usually 4000.`;
    issues.push({ path: "segmentDurationMs", message });
  } else if (isGop && segmentDurationMs % gopDurationMs !== 0) {
    const multiple = Math.max(1, Math.round(segmentDurationMs / gopDurationMs)) * gopDurationMs;
    const message = `segmentDurationMs is ${segmentDurationMs}; a segment holds whole groups of pictures of ${gopDurationMs} ms, use ${multiple}.`;
    issues.push({ path: "segmentDurationMs", message });
  }
  return issues;
}

function checkAudio({ bitrateBps, loudness }: Profile["audio"]): ProfileIssue[] {
  const issues: ProfileIssue[] = [];
  if (!(bitrateBps >= 16_000 && bitrateBps <= 512_000)) {
    const message = `the audio has ${bitrateBps} b/s; use 16000 to 512000 for stereo, usually 128000.`;
    issues.push({ path: "audio.bitrateBps", message });
  }
  if (loudness && !(loudness.targetLufs >= -40 && loudness.targetLufs <= -5)) {
    const message = `the target loudness is ${loudness.targetLufs} LUFS; use -40 to -5, e.g. -23 (EBU R128), -16 for podcasts, -14 for the web.`;
    issues.push({ path: "audio.loudness.targetLufs", message });
  }
  return issues;
}

function checkDownload({ download, rungs }: Profile): ProfileIssue[] {
  if (!download) return [];
  const path = "download.height";
  if (!Number.isInteger(download.height) || download.height < 1) {
    return [{ path, message: `download has height ${download.height}; use the height of a rung.` }];
  }
  const [first] = rungs;
  if (!first) {
    const message = "download needs a rung, and the profile has none; omit it.";
    return [{ path: "download", message }];
  }
  const codec = rungs.some((rung) => rung.codec === "H264") ? "H264" : first.codec;
  const smallest = Math.min(...rungs.filter((rung) => rung.codec === codec).map(({ height }) => height));
  if (download.height >= smallest) return [];
  const message = `download has height ${download.height}, below every ${codecLabels[codec]} rung; use ${smallest} or more.`;
  return [{ path, message }];
}
