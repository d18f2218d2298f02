import { useQuery } from "@apollo/client/react";
import type { ReelayPlayer } from "@reelay/player";
import { Suspense, useRef, useState } from "react";
import { Link } from "wouter";
import { useAnnouncedVideo } from "../announce/index.ts";
import {
  RepairVideoDocument,
  type VideoDamagesFragment,
  VideoHistoryDocument,
  type VideoMovingFragment,
  VideoPageDocument,
} from "../api/index.ts";
import { CaptionsCard } from "../captions/index.ts";
import { describeStep, percentOf, videoWords } from "../format/index.ts";
import { correctionOf, isMoving, useEvents, useVideoLive } from "../live/index.ts";
import { useSession } from "../session/index.ts";
import { EditionNotice } from "../stage/index.ts";
import {
  BackIcon,
  Badge,
  Bar,
  Empty,
  Pending,
  useAction,
  useLater,
  useRefetch,
  useSoon,
} from "../ui/index.ts";
import { PLAYLIST_MS, Player, VariantTable } from "../watch/index.ts";
import { EventList } from "./event-list.tsx";
import { Extras } from "./extras.tsx";
import { Facts } from "./facts.tsx";
import { JobList } from "./job-list.tsx";
import { ResumeUpload } from "./resume-upload.tsx";
import { Share } from "./share.tsx";
import { VideoActions } from "./video-actions.tsx";

/** Numbers of newest jobs, and of tasks of each. */
const shown = { jobs: 10, tasks: 60 };
/** Interval for polling the tasks of a running job, in milliseconds; everything else arrives as events. */
const POLL_MS = 5_000;

export default function VideoPage({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(VideoPageDocument, {
    variables: { id },
  });
  const video = data?.video ?? null;
  const isRendering = video !== null && isMoving(video);
  const isBusy = isRendering || (video !== null && correctionOf(video) !== null);
  const history = useQuery(VideoHistoryDocument, {
    variables: { id, ...shown },
    pollInterval: isBusy ? POLL_MS : 0,
  });
  const askAgain = useRefetch(history.refetch);
  useEvents((event) => event.videoId === id && askAgain());
  useVideoLive(id, isBusy);
  useAnnouncedVideo(video);
  const player = useRef<ReelayPlayer>(null);
  // A player reads the list of captions once, from a playlist that the browser may have cached.
  const [playerNumber, setPlayerNumber] = useState(1);
  const renewPlayer = useSoon(() => setPlayerNumber((number) => number + 1), PLAYLIST_MS);
  const edition = useLater(video?.edition ?? 1, PLAYLIST_MS);
  const onCaptions = () => {
    askAgain();
    renewPlayer();
  };

  if (video === null) {
    return data && !error ? <Gone /> : <Pending what="the video" error={error} rows={6} onRetry={refetch} />;
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
      {isRendering && (
        <div className="overall">
          <Bar fraction={progress} label={`Progress of ${title}`} />
          <span className="numbers">{percentOf(progress)} %</span>
          {video.step && <span className="muted small">{describeStep(video.step)}</span>}
        </div>
      )}
      <EditionNotice video={video} />
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
                <Player
                  key={`${playerNumber} ${edition}`}
                  id={id}
                  src={playback.hlsUrl}
                  title={title}
                  ref={player}
                />
              </Suspense>
              {status === "PLAYABLE" && (
                <p className="muted small">It plays during processing. Larger variants follow.</p>
              )}
            </>
          ) : (
            <NothingToPlay status={status} waitReason={rest?.mainJob?.waitReason ?? null} />
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
            <Pending what="its jobs" error={history.error} rows={0} onRetry={history.refetch} />
          )}
          {rest && <JobList jobs={rest.history.nodes} main={mainOf(video, rest)} onChanged={askAgain} />}
          <EventList videoId={id} />
        </div>
      </div>
    </>
  );
}

/** The job that renders the video, with its live step. */
const mainOf = ({ step }: VideoMovingFragment, { mainJob }: { mainJob: { id: string } | null }) =>
  mainJob && step ? { id: mainJob.id, step } : null;

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

/** Lists damaged files of a video and the state of their repair. */
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
