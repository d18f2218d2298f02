import { useQuery } from "@apollo/client/react";
import type { ReelayPlayer } from "@reelay/player";
import { lazy, Suspense, useRef, useState } from "react";
import { Link } from "wouter";
import { useAnnouncedVideo } from "../announce/announcer.tsx";
import {
  RepairVideoDocument,
  type VideoDamagesFragment,
  VideoHistoryDocument,
  VideoPageDocument,
} from "../api/documents.ts";
import { explain } from "../api/explain.ts";
import { CaptionsCard } from "../captions/captions-card.tsx";
import { percentOf } from "../format/numbers.ts";
import { videoWords } from "../format/words.ts";
import { useEvents } from "../live/events.tsx";
import { isMoving, useVideoLive } from "../live/use-video-live.ts";
import { useSession } from "../session/session.tsx";
import { Badge } from "../ui/badge.tsx";
import { Bar } from "../ui/bar.tsx";
import { BackIcon } from "../ui/icons.tsx";
import { Empty, ErrorNotice } from "../ui/notice.tsx";
import { Skeleton } from "../ui/spinner.tsx";
import { useAction } from "../ui/use-action.ts";
import { useSoon } from "../ui/use-soon.ts";
import { EventList } from "./event-list.tsx";
import { Extras } from "./extras.tsx";
import { Facts } from "./facts.tsx";
import { JobList } from "./job-list.tsx";
import { ResumeUpload } from "./resume-upload.tsx";
import { Share } from "./share.tsx";
import { VariantTable } from "./variant-table.tsx";
import { VideoActions } from "./video-actions.tsx";

const Player = lazy(() => import("./player.tsx"));

/** Of the newest jobs; more than anybody scrolls through. */
const shown = { jobs: 10, tasks: 60 };
/** After so long no browser has an old playlist any more. */
const playlistMs = 1_100;
/** Interval for polling the tasks of a running job, in milliseconds; everything else arrives as events. */
const pollMs = 5_000;

export default function VideoPage({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(VideoPageDocument, {
    variables: { id },
    fetchPolicy: "cache-and-network",
    nextFetchPolicy: "cache-first",
  });
  const video = data?.video ?? null;
  const isBusy = video !== null && isMoving(video);
  const history = useQuery(VideoHistoryDocument, {
    variables: { id, ...shown },
    fetchPolicy: "cache-and-network",
    nextFetchPolicy: "cache-first",
    pollInterval: isBusy ? pollMs : 0,
  });
  const askAgain = useSoon(() => void history.refetch().catch(() => undefined), 300);
  useEvents((event) => event.videoId === id && askAgain());
  useVideoLive(id, isBusy);
  useAnnouncedVideo(video);
  const player = useRef<ReelayPlayer>(null);
  // A player reads once which captions there are, from a playlist that the browser may keep for a second.
  const [playerNumber, setPlayerNumber] = useState(1);
  const renewPlayer = useSoon(() => setPlayerNumber((number) => number + 1), playlistMs);
  const onCaptions = () => {
    askAgain();
    renewPlayer();
  };

  if (video === null) {
    if (error) {
      return (
        <ErrorNotice title="The video could not be loaded" onRetry={() => void refetch()}>
          {explain(error)}
        </ErrorNotice>
      );
    }
    if (!data) return <Skeleton rows={6} label="Loading the video" />;
    return <Gone />;
  }
  const { title, status, progress, playback } = video;
  const rest = history.data?.video ?? null;
  return (
    <>
      <title>{`${title} · Reelay`}</title>
      <Link href="/" className="back">
        <BackIcon /> Library
      </Link>
      <div className="page-head">
        <h1>{title}</h1>
        <Badge word={videoWords[status]} />
        <VideoActions video={video} />
      </div>
      {isBusy && (
        <div className="overall">
          <Bar fraction={progress} label={`Progress of ${title}`} />
          <span className="numbers">{percentOf(progress)} %</span>
        </div>
      )}
      {video.error && (
        <div className="notice bad">
          <strong>{video.error.code}</strong>
          <p>{video.error.message}</p>
        </div>
      )}
      {rest && <DamageNotice video={rest} onChanged={askAgain} />}
      <div className="video-columns">
        <div className="stack">
          {playback ? (
            <>
              <Suspense fallback={<div className="player nothing" />}>
                <Player key={playerNumber} id={id} src={playback.hlsUrl} title={title} ref={player} />
              </Suspense>
              {status === "PLAYABLE" && (
                <p className="muted small">
                  It plays while it is being made; larger variants join as they come.
                </p>
              )}
            </>
          ) : (
            <NothingToPlay status={status} waitReason={rest?.jobs.nodes[0]?.waitReason ?? null} />
          )}
          {status === "AWAITING_SOURCE" && rest && <ResumeUpload videoId={id} rest={rest} />}
          <VariantTable variants={video.variants} onChanged={askAgain} />
        </div>
        <div className="stack side">
          {playback && <Share id={id} hlsUrl={playback.hlsUrl} more={rest?.playback ?? null} />}
          {playback && rest && (
            <Extras
              video={rest}
              isReady={status === "READY"}
              readTimeMs={() => timeOf(player.current)}
              onChanged={askAgain}
            />
          )}
          {rest && <CaptionsCard videoId={id} tracks={rest.captions} onChanged={onCaptions} />}
          <Facts video={video} rest={rest} />
        </div>
        <div className="stack rest">
          {history.error && !rest && (
            <ErrorNotice title="Its jobs could not be loaded" onRetry={() => void history.refetch()}>
              {explain(history.error)}
            </ErrorNotice>
          )}
          {rest && <JobList jobs={rest.history.nodes} onChanged={askAgain} />}
          <EventList videoId={id} />
        </div>
      </div>
    </>
  );
}

function timeOf(player: ReelayPlayer | null): number | null {
  const seconds = player?.media?.currentTime;
  return seconds === undefined ? null : Math.round(seconds * 1_000);
}

const Gone = () => (
  <Empty title="Video not found" isWholePage>
    <p>It was deleted, or belongs to another workspace.</p>
    <p>
      <Link href="/">Go to the library</Link>
    </p>
  </Empty>
);

function NothingToPlay({ status, waitReason }: { status: string; waitReason: string | null }) {
  const text =
    status === "FAILED"
      ? "This video cannot be played."
      : status === "AWAITING_SOURCE"
        ? "Playback starts soon after the file is uploaded."
        : (waitReason ?? "Playback starts as soon as the first seconds are ready.");
  return (
    <div className="player nothing">
      <p>{text}</p>
    </div>
  );
}

/** Says what of a finished video is damaged in the store, and what becomes of it. */
function DamageNotice({ video, onChanged }: { video: VideoDamagesFragment; onChanged: () => void }) {
  const { id, damages } = video;
  const { act, isBusy } = useAction();
  const isAllowed = useSession().can("WRITE");
  if (damages.length === 0) return null;
  const canRepair = damages.some(({ repair }) => repair === "WAITING" || repair === "FAILED");
  const repair = async () => {
    if (await act(RepairVideoDocument, { id, key: crypto.randomUUID() }, "Repair started.")) onChanged();
  };
  return (
    <div className="notice bad" role="status">
      <strong>Stored files are damaged</strong>
      {damages.map(({ subject, message }) => (
        <p key={subject}>{message}</p>
      ))}
      {canRepair && isAllowed && (
        <button type="button" className="button small" disabled={isBusy} onClick={() => void repair()}>
          Repair
        </button>
      )}
    </div>
  );
}
