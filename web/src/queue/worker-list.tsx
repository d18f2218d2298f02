import type { QueuePageQuery } from "../api/index.ts";
import { count, formatBytes, type Word } from "../format/index.ts";
import { Ago, Badge, Command } from "../ui/index.ts";

type Worker = NonNullable<QueuePageQuery["workers"]>["nodes"][number];

/** Who does the tasks, and what they can. */
export function WorkerList({ workers }: { workers: readonly Worker[] }) {
  const isAnyAlive = workers.some(({ isAlive }) => isAlive);
  return (
    <section className="card" aria-labelledby="workers">
      <h2 id="workers">Workers</h2>
      {!isAnyAlive && (
        <div className="stack-tight">
          <p>
            No workers are running, so jobs are waiting. Start one in another terminal or on another machine:
          </p>
          <Command text="npm run worker" />
        </div>
      )}
      {workers.map((worker) => (
        <WorkerEntry key={worker.id} worker={worker} />
      ))}
    </section>
  );
}

function stateOf({ isAlive, isStopping, busy }: Worker): Word {
  if (!isAlive) return { text: "Gone", tone: "quiet" };
  if (isStopping) return { text: "Stopping", tone: "waiting" };
  return busy > 0 ? { text: "Busy", tone: "busy" } : { text: "Idle", tone: "good" };
}

function WorkerEntry({ worker }: { worker: Worker }) {
  const { name, hostname, pools, slots, busy, cpus, memoryBytes, devices, isAlive, lastSeenAt, startedAt } =
    worker;
  const facts = [
    hostname !== name && `on ${hostname}`,
    `${busy} of ${count(slots, "slot")} busy`,
    cpus !== null && count(cpus, "processor"),
    memoryBytes !== null && formatBytes(memoryBytes),
    `ffmpeg ${worker.ffmpegVersion}`,
    worker.jailLevel !== null && `jail ${worker.jailLevel}`,
  ].filter((fact) => fact !== false);
  return (
    <article className="worker" aria-label={`Worker ${name}`}>
      <div className="task-head">
        <h3>{name}</h3>
        <Badge word={stateOf(worker)} />
        <span className="muted small">
          {pools.join(", ")}; {isAlive ? "started" : "last seen"}{" "}
          <Ago at={isAlive ? startedAt : lastSeenAt} />
        </span>
      </div>
      <p className="muted small numbers">{facts.join(" · ")}</p>
      {worker.jailReason !== null && <p className="small">Not fully jailed: {worker.jailReason}</p>}
      {devices.length > 0 && (
        <p className="small">{devices.map(({ kind, name: device }) => `${device} (${kind})`).join(", ")}</p>
      )}
      <details>
        <summary>Supported encoders and decoders</summary>
        <ul className="chips" aria-label="Encoders and decoders">
          {worker.videoEncoders.map(({ name: encoder, codec, deviceName }) => (
            <li key={`${encoder}${deviceName}`}>
              {codec}: <code>{encoder}</code> {deviceName}
            </li>
          ))}
          {worker.videoDecoders.map(({ name: decoder, codec, deviceName }) => (
            <li key={`${decoder}${codec}${deviceName}`}>
              reads {codec}: <code>{decoder}</code> {deviceName}
            </li>
          ))}
        </ul>
      </details>
    </article>
  );
}
