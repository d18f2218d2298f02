import type { VideoHistoryQuery, VideoPageQuery } from "../api/index.ts";
import { formatBitrate, formatBytes, formatDuration, formatMoment } from "../format/index.ts";
import { CopyButton } from "../ui/index.ts";

type Video = NonNullable<VideoPageQuery["video"]>;
type Rest = NonNullable<VideoHistoryQuery["video"]>;

/** What is known of the video and its source. */
export function Facts({ video, rest }: { video: Video; rest: Rest | null }) {
  const { durationMs, width, height, metadata } = video;
  const { script = null, animation = null } = video.source ?? {};
  const source = rest?.source ?? null;
  const probe = source?.probe ?? null;
  const facts: [string, string | null | undefined][] = [
    ["Duration", durationMs === null ? null : formatDuration(durationMs)],
    [
      "Picture",
      width === null || height === null ? null : `${width}×${height}${probe?.hdr ? `, ${probe.hdr}` : ""}`,
    ],
    ["Frame rate", rest?.frameRate == null ? null : `${Number(rest.frameRate.toFixed(2))} fps`],
    [
      "Source",
      source && `${source.filename}${source.sizeBytes === null ? "" : `, ${formatBytes(source.sizeBytes)}`}`,
    ],
    ["Fetched from", source?.url],
    ["Scene", animation?.scene],
    ["Renderer", animation && (animation.renderer === "CAIRO" ? "Cairo" : "OpenGL")],
    [
      "Codecs",
      probe && [probe.container.split(",")[0], probe.videoCodec, probe.audioCodec].filter(Boolean).join(", "),
    ],
    ["Bitrate", probe?.bitrateBps == null ? null : formatBitrate(probe.bitrateBps)],
    [
      "Audio",
      rest?.audioTracks.map(({ name, language }) => `${name}${language ? ` (${language})` : ""}`).join(", "),
    ],
    ["Profile", video.profile.name],
    ["External id", video.externalId],
    ["Created", formatMoment(video.createdAt)],
    ["Playable", rest?.playableAt && formatMoment(rest.playableAt)],
    ["Ready", rest?.readyAt && formatMoment(rest.readyAt)],
  ];
  const json = JSON.stringify(metadata, null, 2);
  return (
    <section className="card stack-tight" aria-labelledby="facts">
      <h2 id="facts">Details</h2>
      <dl className="facts">
        {facts.map(([name, value]) =>
          value ? (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
      {rest?.audioNote && <p className="muted small">{rest.audioNote}</p>}
      {rest?.nonStandardReasons && rest.nonStandardReasons.length > 0 && (
        <details>
          <summary>Why this source needs transcoding</summary>
          <ul className="reasons">
            {rest.nonStandardReasons.map(({ code, message }) => (
              <li key={code}>{message}</li>
            ))}
          </ul>
        </details>
      )}
      {script !== null && (
        <details>
          <summary>Script</summary>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard, too */}
          <pre className="log" role="group" tabIndex={0} aria-label="Script">
            {script}
          </pre>
        </details>
      )}
      {json !== "{}" && (
        <details>
          <summary>Metadata</summary>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard, too */}
          <pre className="log" role="group" tabIndex={0} aria-label="Metadata">
            {json}
          </pre>
        </details>
      )}
      <div className="tools">
        <CopyButton text={video.id} label="Copy id" />
      </div>
    </section>
  );
}
