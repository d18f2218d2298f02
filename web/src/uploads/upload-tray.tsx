import { useState } from "react";
import { Link } from "wouter";
import { count, formatBytes, formatSpan, percentOf, type Word } from "../format/index.ts";
import { routes } from "../routes.ts";
import { Badge, Bar, CloseIcon, PauseIcon, PlayIcon, RetryIcon, useStore } from "../ui/index.ts";
import { isUnsent, type UploadItem, type UploadState } from "./upload-list.ts";
import { useUploads } from "./uploads-context.tsx";

const words: Record<UploadState, Word> = {
  QUEUED: { text: "Waiting", tone: "waiting" },
  SENDING: { text: "Uploading", tone: "busy" },
  RETRYING: { text: "Connecting", tone: "waiting" },
  PAUSED: { text: "Paused", tone: "quiet" },
  SENT: { text: "Uploaded", tone: "good" },
  FAILED: { text: "Failed", tone: "bad" },
};

/** The uploads of this page, in a corner of it while there are any. */
export function UploadTray() {
  const { items: store, clear } = useUploads();
  const items = useStore(store);
  const [isFolded, setIsFolded] = useState(false);
  if (items.length === 0) return null;
  const open = items.filter(isUnsent).length;
  const isDone = open === 0;
  return (
    <section className="tray" aria-label="Uploads">
      <header>
        <h2>{isDone ? "Uploads" : `Uploading ${count(open, "file")}`}</h2>
        <button
          type="button"
          className="button small"
          aria-expanded={!isFolded}
          onClick={() => setIsFolded(!isFolded)}
        >
          {isFolded ? "Show" : "Hide"}
        </button>
        {isDone && (
          <button type="button" className="button small" onClick={clear}>
            Clear
          </button>
        )}
      </header>
      {!isFolded && (
        <ul>
          {items.map((item) => (
            <UploadLine key={item.id} item={item} />
          ))}
        </ul>
      )}
    </section>
  );
}

function UploadLine({ item }: { item: UploadItem }) {
  const { pause, resume, cancel } = useUploads();
  const { id, name, state, sizeBytes, sentBytes, videoId, isResumed, bytesPerSecond, etaMs, error } = item;
  const fraction = sizeBytes === 0 ? 0 : sentBytes / sizeBytes;
  const isRunning = state === "SENDING" || state === "RETRYING" || state === "QUEUED";
  return (
    <li className="upload">
      <div className="upload-name">
        {videoId === null ? <span>{name}</span> : <Link href={routes.video(videoId)}>{name}</Link>}
      </div>
      <div className="upload-tools">
        {isRunning && (
          <button
            type="button"
            className="button icon-only"
            aria-label={`Pause ${name}`}
            onClick={() => pause(id)}
          >
            <PauseIcon />
          </button>
        )}
        {state === "PAUSED" && (
          <button
            type="button"
            className="button icon-only"
            aria-label={`Resume ${name}`}
            onClick={() => resume(id)}
          >
            <PlayIcon />
          </button>
        )}
        {state === "FAILED" && (
          <button
            type="button"
            className="button icon-only"
            aria-label={`Retry ${name}`}
            onClick={() => resume(id)}
          >
            <RetryIcon />
          </button>
        )}
        {state !== "SENT" && (
          <button
            type="button"
            className="button icon-only"
            aria-label={`Cancel ${name}`}
            onClick={() => cancel(id)}
          >
            <CloseIcon />
          </button>
        )}
      </div>
      <Bar fraction={fraction} label={`Upload of ${name}`} tone={words[state].tone} />
      <div className="upload-meta">
        <Badge word={words[state]} />
        {isResumed && <span>resumed</span>}
        <span className="numbers">
          {bytesPerSecond !== null && `${formatBytes(bytesPerSecond)}/s, `}
          {etaMs !== null && `${formatSpan(etaMs)} left, `}
          {percentOf(fraction)} % of {formatBytes(sizeBytes)}
        </span>
      </div>
      {error !== null && <p className="upload-error">{error}</p>}
    </li>
  );
}
