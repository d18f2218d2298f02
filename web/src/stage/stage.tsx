import { useQuery } from "@apollo/client/react";
import { Suspense, useEffect, useRef } from "react";
import { Link } from "wouter";
import { useAnnouncedVideo } from "../announce/index.ts";
import {
  CancelJobDocument,
  VideoFailureDocument,
  VideoPageDocument,
  type VideoPageQuery,
} from "../api/index.ts";
import { describeStep, isJobSettled, percentOf, videoWords } from "../format/index.ts";
import { correctionOf, isMoving, useVideoLive } from "../live/index.ts";
import { routes } from "../routes.ts";
import {
  Badge,
  Bar,
  CloseIcon,
  ExternalIcon,
  FailureText,
  Pending,
  useAction,
  useLater,
} from "../ui/index.ts";
import { PLAYLIST_MS, Player, VariantTable } from "../watch/index.ts";
import { EditionNotice } from "./edition-notice.tsx";
import "./stage.css";

export type StagedVideo = NonNullable<VideoPageQuery["video"]>;

/** A video that is drawn, kept up to date; null while it is loading, or if it is gone. */
export function useStagedVideo(id: string | null) {
  const { data, error, refetch } = useQuery(VideoPageDocument, {
    variables: { id: id ?? "" },
    skip: id === null,
  });
  const video = (id !== null && data?.video) || null;
  const isBusy = video !== null && (isMoving(video) || correctionOf(video) !== null);
  useVideoLive(id ?? "", isBusy);
  // The end arrives as an event, before the last states of its variants.
  const wasBusy = useRef(false);
  useEffect(() => {
    if (wasBusy.current && !isBusy) void refetch().catch(() => undefined);
    wasBusy.current = isBusy;
  }, [isBusy, refetch]);
  useAnnouncedVideo(video);
  return { video, isGone: id !== null && data?.video === null && !error, error, refetch };
}

interface StageProps {
  id: string | null;
  /** What to do for a video, while there is none. */
  hint: string;
  /** Rendered here: it plays as soon as it can. */
  isNew: boolean;
  staged: ReturnType<typeof useStagedVideo>;
}

/** The video beside its source: it plays while it is drawn. */
export function Stage({ id, hint, isNew, staged: { video, isGone, error, refetch } }: StageProps) {
  // Another edition has other playlists, and browsers keep the old ones for a second.
  const edition = useLater(video?.edition ?? 1, PLAYLIST_MS);
  if (id === null || isGone) {
    return (
      <div className="player nothing">
        <p>{isGone ? "This video was deleted." : hint}</p>
      </div>
    );
  }
  if (video === null) return <Pending what="the video" error={error} rows={4} onRetry={refetch} />;
  const { title, status, progress, playback, step, mainJob } = video;
  return (
    <>
      {playback ? (
        <Suspense fallback={<div className="player nothing" />}>
          <Player
            key={`${id} ${edition}`}
            id={id}
            src={playback.hlsUrl}
            title={title}
            autoPlay={isNew}
            ref={null}
          />
        </Suspense>
      ) : (
        <div className="player nothing">
          <p>
            {status === "FAILED"
              ? "This video cannot be played."
              : (mainJob?.waitReason ?? "Playback starts as soon as the first seconds are ready.")}
          </p>
        </div>
      )}
      <div className="stage-head">
        <h2>{title}</h2>
        <Badge word={videoWords[status]} />
        <StageTools video={video} />
      </div>
      {isMoving(video) && (
        <div className="overall">
          <Bar fraction={progress} label={`Progress of ${title}`} />
          <span className="numbers">{percentOf(progress)} %</span>
        </div>
      )}
      {step && isMoving(video) && <p className="step">{describeStep(step)}</p>}
      <EditionNotice video={video} />
      {video.error && <Failure id={id} />}
      {status !== "FAILED" && video.variants.length > 0 && (
        <VariantTable variants={video.variants} onChanged={() => void refetch()} />
      )}
    </>
  );
}

function StageTools({ video: { id, mainJob } }: { video: StagedVideo }) {
  const { act, isBusy } = useAction();
  const isOpen = mainJob !== null && !isJobSettled(mainJob.status);
  return (
    <div className="page-tools">
      {isOpen && (
        <button
          type="button"
          className="button small"
          disabled={isBusy}
          onClick={() => void act(CancelJobDocument, { id: mainJob.id }, "Rendering canceled.")}
        >
          <CloseIcon /> Cancel
        </button>
      )}
      <Link href={routes.video(id)} className="button small">
        <ExternalIcon /> Open the video
      </Link>
    </div>
  );
}

/** Why a video failed, with the traceback of its script. */
function Failure({ id }: { id: string }) {
  const { data } = useQuery(VideoFailureDocument, { variables: { id } });
  const error = data?.video?.error;
  return error ? (
    <div className="notice bad">
      <FailureText failure={error} />
    </div>
  ) : null;
}
