import { type Offer, type Requirements, videoCodecs } from "@reelay/contracts";
import { describe, expect, test } from "vitest";
import { softwareOffer } from "../testing/fleet-rows.ts";
import { choosePool, explainMismatch, type Need } from "./match.ts";

const device = "0";
const encoder = (name: string, codec: string, on: string | null = null) => ({
  ...{ name, codec, device: on, deviceName: on === null ? null : "NVIDIA L4" },
});
const software: Partial<Offer> = {
  encoders: ["libx264"],
  capabilities: { devices: [], encoders: [encoder("libx264", "H264")], decoders: [] },
};
const gpu: Partial<Offer> = {
  pools: ["gpu", "cpu"],
  encoders: ["h264_nvenc", "libx264"],
  capabilities: {
    devices: [{ id: device, kind: "CUDA", name: "NVIDIA L4" }],
    encoders: [encoder("h264_nvenc", "H264", device), encoder("libx264", "H264")],
    decoders: [],
  },
};
const fleet = (...offers: Partial<Offer>[]) =>
  offers.map((offer) => ({ offer: { ...softwareOffer, ...offer }, workers: 1 }));
const need = (requirements: Partial<Requirements> = {}, changes: Partial<Need> = {}): Need => ({
  pool: "CPU",
  kind: "TRANSCODE",
  ...changes,
  requirements: { version: 1, runtime: "ffmpeg", ...requirements },
});
const gib = 1024 ** 3;
const drawing: Offer["kinds"][number] = {
  ...{ name: "ANIMATION", runtime: "manim", version: "0.22.0", tools: ["tex"] },
  jail: { level: "LIMITED", reason: "A script could read a file of the worker." },
};

describe("a task that a worker supports has no mismatch", () => {
  test.each<[string, Need, Partial<Offer>]>([
    ["without special needs", need(), {}],
    ["one of its codecs", need({ codecs: ["AV1", "H264"] }), software],
    ["no codec: audio only", need({ codecs: [] }), software],
    ["codecs, for a worker that does not report its own", need({ codecs: ["AV1"] }), {}],
    ["a GPU", need({ gpu: "REQUIRED", codecs: ["H264"] }, { pool: "GPU" }), gpu],
    ["memory", need({ memoryBytes: 4 * gib }), { memoryBytes: 4 * gib }],
    ["memory, for a worker that does not report its own", need({ memoryBytes: 4 * gib }), {}],
    ["a jail", need({ jail: "LIMITED" }), { jail: { level: "FULL", reason: null } }],
    ["a tool", need({ runtime: "manim", tools: ["tex"] }, { kind: "ANIMATION" }), { kinds: [drawing] }],
    [
      "the jail of the kind, where it is not the worker's",
      need({ runtime: "manim", jail: "LIMITED" }, { kind: "ANIMATION" }),
      { kinds: [drawing], jail: { level: "NONE", reason: "SANDBOX is off" } },
    ],
  ])("%s", (_name, task, offer) => {
    expect(explainMismatch(task, fleet(offer))).toBeNull();
  });
});

describe("the explanation names the missing requirement", () => {
  const limited = { jail: { level: "LIMITED" as const, reason: "No user namespaces." } };
  test.each<[string, Need, Partial<Offer>[], string]>([
    ["kind", need({}, { kind: "ANIMATION" }), [{}, {}], "No worker online offers the kind ANIMATION."],
    [
      "runtime",
      need({ runtime: "manim" }, { kind: "ANIMATION" }),
      [{}, {}],
      "Needs the runtime manim; the 2 workers online offer ffmpeg. Run `npm run painters` on a worker's machine, then restart the worker.",
    ],
    [
      "runtime that a worker refuses",
      need({ runtime: "manim" }, { kind: "ANIMATION" }),
      [{ refused: [{ name: "ANIMATION", reason: "Scripts would not be confined." }] }],
      "Needs the runtime manim; the worker online offers ffmpeg. Scripts would not be confined.",
    ],
    [
      "GPU",
      need({ gpu: "REQUIRED" }, { pool: "GPU" }),
      [software, software, software],
      "Needs a GPU; the 3 workers online have none.",
    ],
    [
      "encoder",
      need({ codecs: ["HEVC"] }),
      [software, software, software],
      "Needs an encoder for HEVC; the 3 workers online offer libx264 only.",
    ],
    [
      "GPU encoder",
      need({ gpu: "REQUIRED", codecs: ["HEVC", "AV1"] }, { pool: "GPU" }),
      [gpu],
      "Needs a GPU encoder for AV1, HEVC; the worker online offers h264_nvenc, libx264 only.",
    ],
    [
      "memory",
      need({ memoryBytes: 16 * gib }),
      [{ memoryBytes: 2 * gib }, { memoryBytes: 8 * gib }],
      "Needs a worker with 16.0 GiB of memory; the largest one online has 8.0 GiB.",
    ],
    [
      "jail",
      need({ jail: "FULL" }),
      [limited],
      "Needs a worker with the jail level FULL; the strongest jail online is LIMITED. `npm run doctor` on a worker's machine shows why.",
    ],
    [
      "tool",
      need({ runtime: "manim", tools: ["tex"] }, { kind: "ANIMATION" }),
      [{ kinds: [{ name: "ANIMATION", runtime: "manim", version: "0.22.0" }] }],
      "Needs a worker with tex; the worker online offers none. Install TeX on a worker's machine (`npm run doctor` names the packages) and restart the worker, or write the formulas for Typst (`MathTypst`).",
    ],
    [
      "jail of the kind",
      need({ runtime: "manim", jail: "FULL" }, { kind: "ANIMATION" }),
      [{ kinds: [drawing], jail: { level: "FULL", reason: null } }],
      "Needs a worker with the jail level FULL; the strongest jail online is LIMITED. `npm run doctor` on a worker's machine shows why.",
    ],
    ["pool", need(), [], "No worker of the pool CPU is online; start one with `npm run worker`."],
    [
      "nearest worker",
      need({ codecs: ["HEVC"], memoryBytes: 16 * gib }),
      [software, { memoryBytes: gib }],
      "Needs a worker with 16.0 GiB of memory; the largest one online has 1.0 GiB.",
    ],
  ])("%s", (_name, task, offers, sentence) => {
    expect(explainMismatch(task, fleet(...offers))).toBe(sentence);
  });
});

test("workers of another pool or without the kind do not affect the explanation", () => {
  const other = fleet({ kinds: [] });
  expect(explainMismatch(need(), [...fleet({}), ...other])).toBeNull();
  expect(
    explainMismatch(need({ codecs: ["HEVC"] }), [...fleet(software), ...fleet({ pools: ["gpu"] })]),
  ).toBe("Needs an encoder for HEVC; the worker online offers libx264 only.");
});

describe("the pool", () => {
  const codecs: Requirements["codecs"] = ["H264"];
  test.each<[string, Partial<Requirements>, Partial<Offer>[], "CPU" | "GPU"]>([
    ["is GPU for a task that requires one, even without workers", { gpu: "REQUIRED" }, [], "GPU"],
    [
      "is GPU for a task that prefers one whose devices encode all codecs",
      { gpu: "PREFERRED", codecs },
      [gpu],
      "GPU",
    ],
    [
      "is CPU for a task that prefers a GPU if its devices lack a codec",
      { gpu: "PREFERRED", codecs: [...videoCodecs] },
      [gpu],
      "CPU",
    ],
    ["is CPU for a task without a GPU", {}, [gpu, software], "CPU"],
    ["is GPU if there is no other worker", {}, [{ ...gpu, pools: ["gpu"] }], "GPU"],
    ["is CPU if there is no worker", { gpu: "PREFERRED", codecs }, [], "CPU"],
  ])("%s", (_name, requirements, offers, pool) => {
    expect(choosePool(need(requirements).requirements, fleet(...offers))).toBe(pool);
  });
});

test("a task goes to workers whose machine outlasts it, and waits with a reason for others", () => {
  const [group] = fleet({});
  if (!group) throw new Error("one worker was given");
  const long = { ...need(), expectedMs: 90_500 };
  expect(explainMismatch(long, [{ ...group, remainingMs: 91_000 }])).toBeNull();
  expect(explainMismatch(long, [{ ...group, remainingMs: 60_000 }, group])).toBeNull();
  expect(explainMismatch(long, [{ ...group, remainingMs: 60_000 }])).toBe(
    "Takes about 91 s; the worker online ends before that.",
  );
  expect(explainMismatch(need(), [{ ...group, remainingMs: 0 }])).toBeNull();
});
