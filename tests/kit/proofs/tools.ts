/** The programs that tests use and no lockfile pins, with what they stand on. */
import { execFileSync } from "node:child_process";
import { release } from "node:os";

const {
  FFMPEG_PATH = "ffmpeg",
  FFPROBE_PATH = "ffprobe",
  CHROMIUM_PATH = "/usr/bin/chromium",
  MANIM_PYTHON = "",
} = process.env;

const DESCRIPTIONS = {
  node: () => [process.version, process.platform, process.arch],
  ffmpeg: () => [printed(FFMPEG_PATH, "-version"), printed(FFPROBE_PATH, "-version")],
  chromium: () => [printed(CHROMIUM_PATH, "--version")],
  go: () => [printed("go", "version")],
  nginx: () => [printed("nginx", "-v"), printed("/usr/sbin/nginx", "-v")],
  podman: () => [printed("podman", "--version"), printed("runc", "--version")],
  /** What it prevents is decided by the kernel and the rights of its user. */
  jail: () => [
    ...[printed("bwrap", "--version"), printed("perl", "--version")],
    ...[release(), String(process.getuid?.() === 0)],
  ],
  manim: () => [
    ...[MANIM_PYTHON, printed("python3", "--version"), printed("latex", "--version")],
    ...[printed("dvisvgm", "--version"), printed("pkg-config", "--modversion", "cairo", "pango")],
  ],
} as const;

export type Tool = keyof typeof DESCRIPTIONS;

const known = new Map<Tool, string>();

/** Changes with the tool's version. */
export function describeTool(tool: Tool): string {
  const description = known.get(tool) ?? JSON.stringify(DESCRIPTIONS[tool]());
  known.set(tool, description);
  return description;
}

function printed(program: string, ...options: string[]): string {
  try {
    return execFileSync(program, options, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return `no ${program}`;
  }
}
