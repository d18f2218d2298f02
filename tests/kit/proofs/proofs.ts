/** Slow tests that a run skips if their inputs have passed before: see docs/reference/testing.md. */
import { findExpressions } from "../../linear-time/regular-expressions.ts";
import type { Tool } from "./tools.ts";

export interface Proof {
  name: string;
  /** From the repository's root. */
  tests: readonly string[];
  /** Git pathspecs of files that can change the result and that no path in quotes leads to. */
  more?: readonly string[];
  /** What the tests take from many files, in place of these files. */
  facts?: () => readonly string[];
  /** Besides Node. */
  tools: readonly Tool[];
}

const worker = (...names: string[]) => names.map((name) => `render-worker/${name}.test.ts`);
const system = ["ffmpeg", "jail"] as const;
const packages = ["packages/client", "packages/player", "packages/upload"];

export const proofs: readonly Proof[] = [
  {
    name: "regular-expressions",
    tests: ["tests/linear-time/regular-expressions.test.ts"],
    facts: () =>
      findExpressions()
        .map(({ pattern, flags }) => `/${pattern}/${flags}`)
        .toSorted(),
    tools: [],
  },
  // The worker alone.
  { name: "conformance", tests: ["tests/odd/odd.contract.test.ts"], tools: system },
  {
    name: "rendering",
    tests: worker(
      ...["media/quality/compare-pieces", "media/source/bytes-read", "kinds/download/download-of-parts"],
      ...[
        "parts",
        "hostile-sources",
        "audio-tracks",
        "changing-audio",
        "gpu-worker",
        "codecs",
        "quality",
      ].map((name) => `kinds/transcode/${name}`),
    ),
    tools: system,
  },
  { name: "memory", tests: worker("kinds/transcode/memory"), tools: system },
  { name: "jail", tests: worker("jail/escape-corpus.contract"), tools: system },
  {
    name: "hostile-scripts",
    tests: worker("kinds/animation/hostile-scripts.contract"),
    more: ["render-worker/painters", "scripts/painters*"],
    tools: [...system, "manim"],
  },
  {
    name: "painters",
    tests: worker("painters/painters"),
    more: [
      ...["render-worker/painters", "scripts/painters*", "examples/manim"],
      ...["docs/how-to/draw-animations.md", "docs/reference/painters.md"],
    ],
    tools: [...system, "manim"],
  },
  {
    name: "drawings",
    tests: worker(
      ...["painters/template-painter", "kinds/animation/animation"],
      ...["kinds/composition/composition", "speech/speaker.contract", "speech/mixing/mix-soundtrack"],
    ),
    more: ["render-worker/painters", "packages/templates"],
    tools: system,
  },
  // Adapters against servers in Go, which are built for them.
  {
    name: "object-store",
    tests: ["object-store", "gcs-object-store", "gcs-faults"].map(
      (name) => `packages/object-store/${name}.contract.test.ts`,
    ),
    more: ["tests/fake-gcs"],
    tools: ["go"],
  },
  {
    name: "gcs-uploads",
    tests: ["packages/upload/src/gcs-transport.contract.test.ts"],
    more: ["tests/fake-gcs"],
    tools: ["go"],
  },
  {
    name: "gcs-sources",
    tests: ["render-worker/media/source/gcs-source.contract.test.ts"],
    more: ["tests/fake-gcs"],
    tools: [...system, "go"],
  },
  {
    name: "gcs-damage",
    tests: ["src/damage/inspect-video.contract.test.ts"],
    more: ["tests/fake-gcs"],
    tools: ["go"],
  },
  {
    name: "store-faults",
    tests: ["tests/e2e/store-faults.test.ts"],
    more: ["tests/fake-gcs"],
    tools: [...system, "go"],
  },
  { name: "messaging", tests: ["packages/messaging/messaging.contract.test.ts"], tools: ["go"] },
  { name: "signatures", tests: ["src/webhooks/sign.contract.test.ts"], tools: ["go"] },
  { name: "cloud-cdn", tests: ["tests/cdn/cloud-cdn.contract.test.ts"], tools: ["go"] },
  // Front ends, and whole systems.
  { name: "player", tests: ["packages/player/src/player.e2e.test.ts"], tools: [...system, "chromium"] },
  {
    name: "growing",
    tests: ["packages/player/src/growing.e2e.test.ts"],
    tools: [...system, "chromium"],
  },
  {
    name: "console",
    tests: ["", "-pages", "-player", "-templates", "-uploads", "-webhooks"].map(
      (name) => `tests/e2e/console${name}.test.ts`,
    ),
    more: [
      "web",
      "scripts/console",
      "packages/client",
      "packages/player",
      "packages/upload",
      "examples/manim",
    ],
    tools: [...system, "chromium"],
  },
  {
    name: "start-errors",
    tests: ["tests/start-errors.test.ts"],
    more: ["embedded", "scripts", "src/Dockerfile", "render-worker/Dockerfile"],
    tools: system,
  },
  { name: "long-video", tests: ["tests/e2e/long-video.test.ts"], tools: system },
  {
    name: "payload",
    tests: ["tests/e2e/payload.test.ts"],
    more: ["integrations/payload", ...packages],
    tools: [...system, "chromium"],
  },
  {
    name: "getting-started",
    tests: ["tests/e2e/getting-started.test.ts"],
    more: ["docs/tutorials", "embedded", "examples", "scripts", "web", ...packages],
    tools: [...system, "chromium"],
  },
  {
    name: "docs",
    tests: ["tests/e2e/docs.test.ts"],
    more: ["*.md", "docs", "embedded", "examples", "packages", "scripts", "web"],
    tools: [...system, "chromium", "go", "nginx"],
  },
  {
    name: "manim",
    tests: ["manim", "manim-materials", "continued-animation"].map((name) => `tests/e2e/${name}.test.ts`),
    more: ["render-worker/painters", "scripts/painters*"],
    tools: [...system, "manim"],
  },
];
