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
const whole = (...names: string[]) => names.map((name) => `tests/e2e/${name}.test.ts`);
const system = ["ffmpeg", "jail"] as const;
const packages = ["packages/client", "packages/player", "packages/upload"];
/** What images are made of, and how they run. */
const images = [
  ...["src/Dockerfile", "render-worker/Dockerfile", "docker-compose.yml", ".dockerignore"],
  ...["tests/fake-gcs", "tests/pstest", "scripts/build*", "package.json", "package-lock.json"],
];

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
  { name: "worker", tests: worker("worker", "modes", "main"), tools: system },
  { name: "jail", tests: worker("jail/escape-corpus.contract"), tools: system },
  {
    name: "hostile-scripts",
    tests: worker("kinds/animation/hostile-scripts.contract", "kinds/animation/strangers.contract"),
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
  {
    name: "texts",
    tests: worker("kinds/composition/text-boxes"),
    more: ["render-worker/painters/template", "packages/templates"],
    tools: system,
  },
  {
    name: "captions",
    tests: worker("kinds/composition/captions"),
    more: [
      "render-worker/testing/aligner",
      "render-worker/speech",
      "packages/templates",
      "scripts/painters*",
    ],
    tools: [...system, "manim"],
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
    tests: whole("store-faults"),
    more: ["tests/fake-gcs"],
    tools: [...system, "go"],
  },
  { name: "messaging", tests: ["packages/messaging/messaging.contract.test.ts"], tools: ["go"] },
  { name: "signatures", tests: ["src/webhooks/sign.contract.test.ts"], tools: ["go"] },
  {
    name: "compute",
    tests: [
      "src/compute/compute-backend.contract.test.ts",
      "src/compute/google/google.test.ts",
      "src/compute/backends/kubernetes-job/kubernetes-job.test.ts",
    ],
    more: [
      ...["tests/kubernetes", "examples/compute-endpoint", "tests/google-cloud", "tests/fake-gcs/go.mod"],
      ...["tests/runpod", "tests/replicate", "tests/modal"],
      "docs/how-to/start-workers-on-kubernetes.md",
      "docs/how-to/start-workers-on-cloud-run-jobs.md",
      "docs/how-to/start-workers-on-cloud-run-services.md",
      "docs/how-to/start-workers-on-cloud-run-worker-pools.md",
      "docs/how-to/start-workers-on-google-batch.md",
      "docs/how-to/start-workers-on-vertex-ai.md",
      "docs/how-to/start-workers-on-compute-engine.md",
    ],
    tools: ["go"],
  },
  { name: "launches", tests: ["src/gateway/launch-chaos.test.ts"], tools: [] },
  {
    name: "planted-secrets",
    tests: ["src/gateway/planted-secrets.contract.test.ts"],
    more: ["tests/modal"],
    tools: [],
  },
  { name: "cloud-cdn", tests: ["tests/cdn/cloud-cdn.contract.test.ts"], tools: ["go"] },
  { name: "embedded-database", tests: ["embedded/postgres/start-postgres.test.ts"], tools: [] },
  // Front ends, and whole systems.
  { name: "player", tests: ["packages/player/src/player.e2e.test.ts"], tools: [...system, "chromium"] },
  {
    name: "growing",
    tests: ["packages/player/src/growing.e2e.test.ts"],
    tools: [...system, "chromium"],
  },
  {
    name: "console",
    tests: whole(
      ...["", "-launches", "-pages", "-player", "-templates", "-uploads", "-webhooks"].map(
        (name) => `console${name}`,
      ),
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
  {
    name: "packages",
    tests: ["client/src/client", "client/src/readme", "player/src/readme", "upload/src/browser"].map(
      (name) => `packages/${name}.e2e.test.ts`,
    ),
    tools: [...system, "chromium"],
  },
  {
    name: "playback",
    tests: whole("browser", "signed-playback", "player-pages", "pictures-on-request"),
    tools: [...system, "chromium", "nginx"],
  },
  { name: "arriving", tests: whole("arriving"), tools: system },
  { name: "damage", tests: whole("damage"), tools: system },
  { name: "long-video", tests: whole("long-video"), tools: system },
  {
    name: "compositions",
    tests: [
      ...whole("composition", "editions", "continued-composition", "batch"),
      "src/batches/killed-processes.test.ts",
    ],
    more: ["render-worker/painters", "packages/templates"],
    tools: system,
  },
  {
    name: "edits",
    tests: whole("edits"),
    more: ["render-worker/painters", "packages/templates"],
    tools: [...system, "chromium"],
  },
  {
    name: "offline",
    tests: whole("offline"),
    more: ["examples/questions.csv", "render-worker/painters", "packages/templates", "embedded"],
    tools: system,
  },
  {
    name: "batch-chaos",
    tests: whole("alone/batch-chaos"),
    more: ["render-worker/painters", "packages/templates", "embedded"],
    tools: system,
  },
  { name: "remote-workers", tests: whole("remote-worker", "hostile-worker", "http-endpoint"), tools: system },
  {
    name: "payload",
    tests: whole("payload"),
    more: ["integrations/payload", ...packages],
    tools: [...system, "chromium"],
  },
  // How the images are made and run; what the processes in them do is for the other tests.
  {
    name: "images",
    tests: whole("alone/images"),
    more: images,
    tools: ["go", "podman"],
  },
  {
    name: "painter-image",
    tests: whole("alone/painter-image"),
    more: [...images, "render-worker/painters", "scripts/painters*"],
    tools: ["go", "podman", ...system, "manim"],
  },
  {
    name: "getting-started",
    tests: whole("getting-started"),
    more: ["docs/tutorials", "embedded", "examples", "scripts", "web", ...packages],
    tools: [...system, "chromium"],
  },
  {
    name: "docs",
    tests: whole("docs"),
    more: ["*.md", "docs", "embedded", "examples", "packages", "scripts", "web"],
    tools: [...system, "chromium", "go", "nginx"],
  },
  {
    name: "manim",
    tests: whole("manim", "manim-gallery", "manim-materials", "continued-animation", "bad-scripts"),
    more: ["render-worker/painters", "scripts/painters*"],
    tools: [...system, "manim"],
  },
];
