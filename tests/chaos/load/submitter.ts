import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "../random.ts";
import type { Answer, ApiPool } from "./api-pool.ts";
import type { Clip } from "./clips.ts";
import type { FileServer } from "./file-server.ts";
import { upload } from "./upload.ts";

/** An accepted video: the client has an id for its key. */
export interface Accepted {
  key: string;
  token: string;
  clip: Clip;
  /** Global id. */
  videoId: string;
  source: "url" | "upload";
}

export interface LoadResult {
  accepted: Accepted[];
  /** Keys answered with more than one id. */
  ambiguousKeys: string[];
  /** Valid requests that were refused. */
  refused: string[];
  canceled: number;
  retried: number;
}

const CREATE_VIDEO = `mutation ($input: CreateVideoInput!) { createVideo(input: $input) {
  __typename ... on Video { id upload { url } } ... on Error { code message }
  ... on StoreFullError { retryAfterMs } } }`;
const JOB_OF = `query ($id: ID!) { video(id: $id) { status jobs(last: 1) { nodes { id status } } } }`;
const CANCEL_JOB = `mutation ($id: ID!) { cancelJob(id: $id) { __typename ... on Error { code }
  ... on StoreFullError { retryAfterMs } } }`;
const RETRY_JOB = `mutation ($id: ID!, $key: String) { retryJob(id: $id, idempotencyKey: $key) { __typename
  ... on Error { code } ... on StoreFullError { retryAfterMs } } }`;

export interface LoadOptions {
  pool: ApiPool;
  files: FileServer;
  clips: readonly Clip[];
  tokens: readonly string[];
  random: Random;
  /** Called for each video as soon as it has an id. */
  onAccepted: (video: Accepted) => void;
  /** Ends all waits. */
  signal: AbortSignal;
}

/** A client that behaves like a front end and repeats unanswered requests. */
export function createLoad({ pool, files, clips, tokens, random, onAccepted, signal }: LoadOptions) {
  const result: LoadResult = { accepted: [], ambiguousKeys: [], refused: [], canceled: 0, retried: 0 };
  const running: Promise<void>[] = [];
  let number = 0;

  /** Repeats a mutation that met a full store, which changed nothing, after the stated time. */
  async function mutate(token: string, query: string, variables: object): Promise<Answer> {
    for (;;) {
      const answer = await pool.ask(token, query, variables, signal);
      const [outcome]: Answer[] = Object.values(answer);
      if (outcome.__typename !== "StoreFullError") return answer;
      await delay(outcome.retryAfterMs, undefined, { signal });
    }
  }

  /** `slowMs` delays the source by that much, the first time. */
  async function submit(plan: { slowMs?: number; clip?: Clip } = {}): Promise<Accepted | undefined> {
    number += 1;
    const key = `chaos-${number}`;
    const token = random.pick(tokens);
    const clip = plan.clip ?? random.pick(clips);
    const source = !plan.slowMs && random.chance(0.4) ? "upload" : "url";
    // Half of the fetched sources are slow, so that faults hit attempts midway.
    const lastsMs = plan.slowMs ?? (random.chance(0.5) ? random.int(1_000, 12_000) : 0);
    const isTwice = random.chance(0.25);
    const input = {
      title: key,
      idempotencyKey: key,
      priority: random.pick(["INTERACTIVE", "STANDARD", "BULK"]),
      source:
        source === "upload"
          ? { upload: { filename: clip.name, sizeBytes: clip.sizeBytes } }
          : { url: { url: files.urlOf(clip, lastsMs, plan.slowMs !== undefined) } },
    };
    const ask = (): Promise<Answer> => mutate(token, CREATE_VIDEO, { input });
    const answers = await Promise.all(isTwice ? [ask(), ask()] : [ask()]);
    const videos = answers.map(({ createVideo: made }) => made);
    const bad = videos.find(({ __typename: name }) => name !== "Video");
    if (bad) {
      result.refused.push(`${key}: ${bad.code} ${bad.message}`);
      return undefined;
    }
    const [first] = videos;
    if (videos.some(({ id }) => id !== first.id)) result.ambiguousKeys.push(key);
    const video: Accepted = { key, token, clip, videoId: first.id, source };
    result.accepted.push(video);
    onAccepted(video);
    if (source === "upload") await upload(first.upload.url, clip.path, pool, signal);
    return video;
  }

  async function cancelAndRetry(video: Accepted, waitMs: number, isRetried: boolean): Promise<void> {
    await delay(waitMs, undefined, { signal });
    const { video: seen } = await pool.ask(video.token, JOB_OF, { id: video.videoId }, signal);
    const job = seen.jobs.nodes[0];
    if (["SUCCEEDED", "FAILED", "CANCELED"].includes(job.status)) return;
    const { cancelJob: canceled } = await mutate(video.token, CANCEL_JOB, { id: job.id });
    if (canceled.__typename !== "Job") return;
    result.canceled += 1;
    if (!isRetried) return;
    for (;;) {
      await delay(2_000, undefined, { signal });
      const variables = { id: job.id, key: `retry-${video.key}` };
      const { retryJob: retried } = await mutate(video.token, RETRY_JOB, variables);
      if (retried.__typename === "Job") result.retried += 1;
      // The job has not ended yet, so it cannot be retried yet.
      if (retried.code !== "JOB_NOT_ENDED") return;
    }
  }

  const track = (work: Promise<unknown>) =>
    void running.push(
      work.then(
        () => undefined,
        (error: unknown) => {
          if (!signal.aborted) result.refused.push(String(error));
        },
      ),
    );

  return {
    result,
    submit,
    /** Submits a video in the background until `finished`. Some are canceled, and some of those retried. */
    begin(): void {
      const fate = random.next();
      const waitMs = random.int(200, 8_000);
      const isRetried = random.chance(0.6);
      const work = async () => {
        const video = await submit();
        if (video !== undefined && fate < 0.12) await cancelAndRetry(video, waitMs, isRetried);
      };
      track(work());
    },
    track,
    /** Resolves when every request has been answered. */
    async finished(): Promise<void> {
      await Promise.all(running);
    },
  };
}

export type Load = ReturnType<typeof createLoad>;
