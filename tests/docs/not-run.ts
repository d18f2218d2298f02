/**
 * The snippets that tests/e2e/docs.test.ts does not run, each with its reason. A new snippet that is not here
 * is run; one that cannot be is added here, and nowhere else.
 */
import type { Snippet } from "./snippets.ts";

interface Exception {
  page: string | RegExp;
  /** Words of the snippet that it is known by; all of the page's of that language when left out. */
  words?: string;
  language: string;
  why: string;
}

const EXCEPTIONS: readonly Exception[] = [
  {
    page: "docs/reference/rest.md",
    language: "sh",
    why: "tests/e2e/rest.test.ts sends such requests; the painter of tests draws no Python",
  },
  {
    page: "docs/reference/worker-gateway.md",
    language: "sh",
    why: "tests/e2e/remote-worker.test.ts starts such a worker, with a token that works",
  },
  {
    page: "docs/how-to/add-a-back-end.md",
    language: "ts",
    why: "src/compute/add-a-back-end.test.ts opens it at a provider",
  },
  {
    page: "docs/reference/workers.md",
    language: "sh",
    words: "[OPTIONS]",
    why: "it is a synopsis; render-worker/modes.test.ts runs each mode",
  },
  {
    page: "docs/reference/painters.md",
    language: "json",
    why: "it is a record of a painter; render-worker/painters/template/check-data.test.ts reads such ones",
  },
  {
    page: "docs/reference/prices.md",
    language: "json",
    why: "src/prices/prices.test.ts loads them",
  },
  {
    page: "docs/reference/prices.md",
    language: "sh",
    why: "src/prices/prices.test.ts reads such a catalogue, which is not in the repository",
  },
  {
    page: "docs/how-to/start-workers-on-kubernetes.md",
    language: "yaml",
    why: "the server of src/compute/backends/kubernetes-job/kubernetes-job.test.ts grants exactly this role",
  },
  {
    page: "docs/how-to/start-workers-on-kubernetes.md",
    language: "json",
    why: "src/launches/launches.test.ts opens it",
  },
  {
    page: /^docs\/how-to\/start-workers-on-(cloud-run-jobs|cloud-run-worker-pools|cloud-run-services|google-batch|vertex-ai|compute-engine)\.md$/,
    language: "sh",
    why: "it needs an account; src/compute/google/google.test.ts grants exactly these permissions",
  },
  {
    page: /^docs\/how-to\/start-workers-on-(runpod-serverless|modal-functions|replicate)\.md$/,
    language: "sh",
    why: "it needs an account; tests/e2e/runpod-serverless.test.ts, modal.test.ts and replicate.test.ts run the files",
  },
  {
    page: /^docs\/how-to\/start-workers-on-(cloud-run-jobs|cloud-run-worker-pools|cloud-run-services|google-batch|vertex-ai|compute-engine|runpod|runpod-serverless|modal|modal-functions|replicate)\.md$/,
    language: "json",
    why: "src/launches/launches.test.ts opens it",
  },
  {
    page: "docs/reference/launches.md",
    language: "json",
    why: "src/launches/launches.test.ts opens it",
  },
  {
    page: "docs/reference/launches.md",
    language: "graphql",
    why: "schema/launches.test.ts asks so; where the tests run there is no target, so the list is empty",
  },
  {
    page: "docs/reference/templates.md",
    language: "css",
    why: "render-worker/painters/template/motion.test.ts computes such times",
  },
  {
    page: "docs/reference/graphql.md",
    language: "json",
    words: '"UrlSource"',
    why: "scripts/generate/codegen-scalars.test.ts generates types with it",
  },
  {
    page: "docs/how-to/make-templates.md",
    language: "json",
    why: "schema/own-templates.test.ts creates such a template",
  },
  {
    page: "docs/tutorials/getting-started.md",
    language: "sh",
    why: "tests/e2e/getting-started.test.ts goes all of its ways, command by command",
  },
  {
    page: "docs/tutorials/getting-started.md",
    language: "html",
    why: "tests/e2e/getting-started.test.ts opens it in a browser",
  },
  {
    page: "packages/client/README.md",
    language: "ts",
    why: "packages/client/src/readme.e2e.test.ts runs every one of them, and counts them",
  },
  {
    page: "packages/player/README.md",
    language: "html",
    why: "packages/player/src/readme.e2e.test.ts opens it in a browser",
  },
  {
    page: "packages/player/README.md",
    language: "tsx",
    why: "packages/player/src/readme.e2e.test.ts opens it in a browser",
  },
  {
    page: /^packages\//,
    language: "sh",
    words: "npm install @reelay/",
    why: "the packages are not published yet: there is nothing to install",
  },
  {
    page: "README.md",
    language: "ts",
    why: "it is the first of packages/client/README.md, whose test runs it; scripts/docs.test.ts compares the two",
  },
  {
    page: "CONTRIBUTING.md",
    language: "sh",
    why: "its commands are run by tests/e2e/start.test.ts and by developers; they serve or test for as long as one lets them",
  },
  {
    page: "README.md",
    language: "sh",
    words: "npm test ",
    why: "`npm start` is run by tests/e2e/getting-started.test.ts and start.test.ts; `npm test` is what runs this",
  },
  {
    page: "README.md",
    language: "sh",
    words: "docker compose",
    why: "tests/e2e/alone/images.test.ts starts docker-compose.yml where there is a container engine",
  },
  {
    page: "docs/how-to/deploy-on-google-cloud.md",
    language: "sh",
    why: "there is no container engine where the tests run",
  },
  {
    page: "docs/how-to/run-workers-on-gpus.md",
    language: "sh",
    why: "there is no GPU where the tests run; render-worker/devices and scripts/doctor have tests of their own",
  },
  {
    page: "docs/how-to/draw-animations.md",
    language: "sh",
    why: ".ci/run goes this way, and render-worker/painters/painters.test.ts fails in CI without its result",
  },
  {
    page: "docs/how-to/draw-animations.md",
    language: "python",
    why: "render-worker/painters/painters.test.ts draws each of them",
  },
  {
    page: "docs/reference/painters.md",
    language: "sh",
    why: "render-worker/painters/painters.test.ts runs it",
  },
  {
    page: "docs/how-to/playback-access.md",
    language: "html",
    why: "tests/e2e/signed-playback.test.ts plays with a token and its token-url",
  },
  {
    page: "docs/how-to/playback-access.md",
    language: "sh",
    words: "gcloud storage",
    why: "there is no Google Cloud where the tests run",
  },
  {
    page: "docs/how-to/playback-access.md",
    language: "sh",
    words: "integrations/cdn/cloud-cdn",
    why: "tests/cdn/cloud-cdn.contract.test.ts compiles it so",
  },
  {
    page: "docs/how-to/playback-access.md",
    language: "json",
    words: '"unsigned"',
    why: "tests/cdn/cloud-cdn-vectors.test.ts writes a configuration of these fields, with which the plugin is tested",
  },
  {
    page: "docs/reference/console.md",
    language: "sh",
    words: "npm run dev -- --console",
    why: "tests/kit/console.ts runs the build for every test of the console; the other is a server for its developers",
  },
];

const isOf = ({ page, words = "", language }: Exception, snippet: Snippet): boolean =>
  (typeof page === "string" ? page === snippet.page : page.test(snippet.page)) &&
  language === snippet.language &&
  snippet.code.includes(words);

export const whyNotRun = (snippet: Snippet): string | undefined =>
  EXCEPTIONS.find((exception) => isOf(exception, snippet))?.why;

/** Exceptions that no snippet needs any more. */
export const idleExceptions = (snippets: readonly Snippet[]): string[] =>
  EXCEPTIONS.filter((exception) => !snippets.some((snippet) => isOf(exception, snippet))).map(
    ({ why }) => why,
  );
