/** Which ffmpeg a worker on this machine would use, and what it really can do. */
import {
  confine,
  createNoJail,
  locateFfmpeg,
  probeEncoders,
  requiredEncoders,
  versionWarning,
} from "@reelay/render-worker";
import type { Finding } from "./finding.ts";

const sources = {
  environment: "from FFMPEG_PATH/FFPROBE_PATH",
  system: "the system's",
  npm: "from an npm package",
};

export async function checkFfmpeg(): Promise<Finding[]> {
  let tools: Awaited<ReturnType<typeof locateFfmpeg>>;
  try {
    const { FFMPEG_PATH, FFPROBE_PATH, PATH = "" } = process.env;
    tools = await locateFfmpeg({ ffmpegPath: FFMPEG_PATH, ffprobePath: FFPROBE_PATH, path: PATH });
  } catch (error) {
    return [{ what: "ffmpeg", state: "missing", detail: (error as Error).message }];
  }
  const found = (["ffmpeg", "ffprobe"] as const).map((what): Finding => {
    const { path, version, origin } = tools[what];
    const detail = `${version} (${path}, ${sources[origin]})`;
    const warning = versionWarning(what, version);
    return warning === null
      ? { what, state: "ok", detail }
      : { what, state: "limited", detail, remedy: warning };
  });
  return [...found, await checkEncoders(tools.ffmpeg.path)];
}

async function checkEncoders(ffmpeg: string): Promise<Finding> {
  const refused: string[] = [];
  const { encoders: opened, capabilities } = await probeEncoders(confine(createNoJail(), ffmpeg), {
    onRefused: (what, reason) => refused.push(`${what}: ${reason}`),
  });
  const lacking = requiredEncoders.filter((name) => !opened.includes(name));
  const devices = capabilities.devices.map(({ kind, name }) => `${name} (${kind})`);
  const detail = [
    `${opened.join(", ") || "none"} (each encoded a second of pictures)`,
    ...(devices.length > 0 ? [`on ${devices.join(", ")}`] : []),
    ...refused.map((line) => `not ${line}`),
  ].join("; ");
  if (lacking.length === 0) return { what: "encoders", state: "ok", detail };
  return {
    what: "encoders",
    state: "missing",
    detail: `${detail}; ${lacking.join(", ")} did not open`,
    remedy: "install a full ffmpeg (apt-get install ffmpeg) or set FFMPEG_PATH to one",
  };
}
