import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { startChild } from "../child.ts";
import type { BenchOptions, Figures } from "../conditions.ts";
import { makeLongClip } from "../engine/long-clip.ts";
import { startStage } from "../engine/stage.ts";
import { PeakMemory, residentBytes } from "../memory/process-tree.ts";
import { show, summarize } from "../statistics.ts";
import { type FormAnswer, sendForm } from "./send-form.ts";

const atOnce = 5;
const mebibyte = 2 ** 20;

/**
 * Forms with a clip of a minute, five at a time: which failed (none may), how long an answer takes beside a
 * bare server that writes the same bytes to a file, and what the API's process holds at most, in the first
 * forms and in the last. Nothing is rendered: there are no workers.
 */
export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  const forms = isShort ? 10 : 50;
  await using stage = await startStage({ workers: [] });
  const seconds = isShort ? 10 : 60;
  const path = await makeLongClip(
    stage.tools.ffmpeg,
    { kind: "standard", size: "1920x1080", seconds },
    print,
  );
  const { size } = await stat(path);
  const { url, token } = stage.client;
  const beside = join(stage.directory, "bare");
  await mkdir(beside);
  await using bare = startChild(new URL("./bare-process.ts", import.meta.url), [beside]);
  const { url: bareUrl } = await bare.answer<{ url: string }>();
  const form = (to: string, name: string) => () => sendForm(to, { path, token, metadata: { title: name } });
  const ours = (index: number) => form(`${url}/api/cms/media/upload`, `form ${index}`);

  await ours(-1)();
  await form(bareUrl, "warm")();
  const restBytes = await residentBytes(stage.apiPid);
  print(
    `forms: ${forms} of ${(size / mebibyte).toFixed(1)} MiB, ${atOnce} at a time; the API at rest ${mib(restBytes)} MiB`,
  );
  const answers: FormAnswer[] = [];
  const plain: FormAnswer[] = [];
  const peaks: number[] = [];
  for (let begun = 0; begun < forms; begun += 10) {
    // In turns: both meet the same machine.
    using memory = new PeakMemory(stage.apiPid);
    answers.push(...(await inTurn(Array.from({ length: 10 }, (_, index) => ours(begun + index)))));
    peaks.push(memory.peakBytes);
    plain.push(...(await inTurn(Array.from({ length: 10 }, () => form(bareUrl, "bare")))));
  }
  const failures = answers.filter(({ status, body }) => status !== 201 || !body.includes('"success":true'));
  for (const { status, body } of failures) print(`forms: failed: ${status} ${body.slice(0, 200)}`);
  const queued = await stage.db.job.count({ where: { status: "QUEUED" } });
  const whole = summarize(answers.map(({ wholeMs }) => wholeMs));
  const plainWhole = summarize(plain.map(({ wholeMs }) => wholeMs));
  const answer = summarize(answers.map(({ answerMs }) => answerMs));
  const [first = 0, last = 0] = [peaks[0], peaks.at(-1)];
  print(`forms: ${failures.length} failed (goal 0), ${queued} of ${forms + 1} jobs queued`);
  print(
    `forms: first byte to answer ${show(whole, 0, " ms")}, bare ${show(plainWhole, 0, " ms")}, ratio ${(whole.median / plainWhole.median).toFixed(2)}; last byte to answer ${show(answer, 0, " ms")}`,
  );
  print(
    `forms: peak RSS of the API, by ten: ${peaks.map(mib).join(", ")} MiB; last against first ${(last / first).toFixed(2)}`,
  );
  return {
    "forms.failures": failures.length,
    "forms.ratio": whole.median / plainWhole.median,
    "forms.answerMs": answer.median,
    "forms.peakMebibytes": Math.max(...peaks) / mebibyte,
    "forms.lastPeakAgainstFirst": last / first,
  };
}

const mib = (bytes: number): string => (bytes / mebibyte).toFixed(0);

/** As many at once as the bench has it. */
async function inTurn(sends: readonly (() => Promise<FormAnswer>)[]): Promise<FormAnswer[]> {
  const waiting = [...sends];
  const answers: FormAnswer[] = [];
  const go = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) answers.push(await next());
  };
  await Promise.all(Array.from({ length: atOnce }, go));
  return answers;
}
