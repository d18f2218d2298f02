import { memo } from "react";
import { Link } from "wouter";
import { useAnnouncedVideo } from "../announce/index.ts";
import type { VideoRowFragment } from "../api/index.ts";
import {
  count,
  formatBytes,
  formatDuration,
  formatSpan,
  percentOf,
  variantWords,
  videoWords,
} from "../format/index.ts";
import { isMoving } from "../live/index.ts";
import { routes } from "../routes.ts";
import { Ago, Badge, Bar } from "../ui/index.ts";

interface VideoLineProps {
  video: VideoRowFragment;
  /** Whether its progress is followed while it is being made. */
  isFollowed: boolean;
}

/** One video of the library, live. */
export const VideoLine = memo(function VideoLine({ video, isFollowed }: VideoLineProps) {
  const { id, title, status, progress, durationMs, width, height, source, variants, playback, createdAt } =
    video;
  const isBusy = isMoving(video);
  useAnnouncedVideo(isFollowed ? video : null);
  const facts = [
    durationMs !== null && formatDuration(durationMs),
    width !== null && height !== null && `${width}×${height}`,
    source?.sizeBytes != null && formatBytes(source.sizeBytes),
  ].filter((fact) => fact !== false);
  return (
    <li className="video">
      <div className="thumb" aria-hidden="true">
        {playback?.posterUrl && <img src={playback.posterUrl} alt="" loading="lazy" decoding="async" />}
      </div>
      <div className="video-what">
        <Link href={routes.video(id)} className="video-link">
          {title}
        </Link>
        <div className="muted small numbers">
          {facts.map((fact) => (
            <span key={fact}>{fact}</span>
          ))}
          <Ago at={createdAt} />
        </div>
      </div>
      <Ladder variants={variants} />
      <div className="video-state">
        <div className="video-state-line">
          <Badge word={videoWords[status]} title={video.error?.message} />
          <span className="muted small numbers">{note(video)}</span>
        </div>
        {isBusy && <Bar fraction={progress} label={`Progress of ${title}`} />}
      </div>
    </li>
  );
});

/** The text beside the status. */
function note({ status, progress, variants, mainJob, error }: VideoRowFragment): string {
  if (status === "FAILED") return error?.code ?? "";
  if (mainJob?.status === "QUEUED") return "Queued";
  if (status !== "PROCESSING" && status !== "PLAYABLE") return "";
  const etas = variants.flatMap(({ etaMs, status: state }) => (state === "RENDERING" ? (etaMs ?? []) : []));
  const eta = etas.length > 0 ? `, ${formatSpan(Math.max(...etas))} left` : "";
  return `${percentOf(progress)} %${eta}`;
}

/** All variants of a video at a glance: one upright bar for each, smallest first, as high as it is far. */
function Ladder({ variants }: Pick<VideoRowFragment, "variants">) {
  const made = variants.filter(({ status }) => status !== "SKIPPED");
  if (made.length === 0) return <span className="ladder" />;
  const ready = made.filter(({ status }) => status === "READY").length;
  return (
    <span className="ladder" role="img" aria-label={`${ready} of ${count(made.length, "variant")} ready`}>
      {made.map(({ id, name, status, fraction }) => (
        <span
          key={id}
          className={`rung ${variantWords[status].tone}`}
          title={`${name}: ${variantWords[status].text}${status === "RENDERING" ? `, ${Math.floor(fraction * 100)} %` : ""}`}
        >
          <span className="rung-fill" style={{ transform: `scaleY(${status === "READY" ? 1 : fraction})` }} />
        </span>
      ))}
    </span>
  );
}
