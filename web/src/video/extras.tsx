import type { ReactNode } from "react";
import {
  RequestDownloadDocument,
  RequestPreviewDocument,
  SetPosterDocument,
  type VideoExtrasFragment,
} from "../api/index.ts";
import { formatBytes, formatDuration, isJobSettled, jobWords } from "../format/index.ts";
import { useSession } from "../session/index.ts";
import { Badge, FailureText, useAction } from "../ui/index.ts";

type Asset = Pick<NonNullable<VideoExtrasFragment["poster"]>, "status" | "job">;

interface ExtrasProps {
  video: VideoExtrasFragment;
  isReady: boolean;
  /** Where the player is, in milliseconds; null while there is none. */
  readTimeMs: () => number | null;
  onChanged: () => void;
}

/**
 * What can be had of the video besides its stream: each is made by a job of its own, and what is there stays
 * until the new one is.
 */
export function Extras({ video, isReady, readTimeMs, onChanged }: ExtrasProps) {
  const { id, poster, preview, download } = video;
  const { act, isBusy } = useAction();
  const isAllowed = useSession().can("WRITE");
  const takePoster = async () => {
    const atMs = readTimeMs();
    if (atMs === null) return;
    const done = `Creating a poster from ${formatDuration(atMs)}…`;
    if (await act(SetPosterDocument, { id, atMs }, done)) onChanged();
  };
  const makePreview = async () => {
    if (await act(RequestPreviewDocument, { id }, "Creating the preview…")) onChanged();
  };
  const makeDownload = async () => {
    if (await act(RequestDownloadDocument, { id }, "Creating the MP4…")) onChanged();
  };
  const button = (text: string, ask: () => Promise<void>) =>
    isAllowed && (
      <button type="button" className="button small" disabled={isBusy} onClick={() => void ask()}>
        {text}
      </button>
    );
  const isMissing = (asset: Asset | null) =>
    isReady && (asset === null || (isJobSettled(asset.status) && asset.status !== "SUCCEEDED"));
  return (
    <section className="card stack-tight" aria-labelledby="extras">
      <h2 id="extras">Pictures and files</h2>
      <Extra name="Poster" asset={poster}>
        {poster?.url && <img src={poster.url} alt="Poster" loading="lazy" />}
        {button("Use current frame", takePoster)}
      </Extra>
      <Extra name="Preview" asset={preview}>
        {preview?.url && <Moving url={preview.url} contentType={preview.contentType} />}
        {isMissing(preview) ? button("Make a preview", makePreview) : !preview && <Later />}
      </Extra>
      <Extra name="MP4" asset={download}>
        {download?.url && (
          <a className="button small" href={download.url} download>
            Download{download.sizeBytes === null ? "" : ` ${formatBytes(download.sizeBytes)}`}
            {download.variantName === null ? "" : `, ${download.variantName}`}
          </a>
        )}
        {isMissing(download) ? button("Make an MP4", makeDownload) : !download && <Later />}
      </Extra>
    </section>
  );
}

const Later = () => <span className="muted small">Available once the video is ready.</span>;

interface ExtraProps {
  name: string;
  asset: Asset | null;
  children: ReactNode;
}

/** One of them, and how far the newest wish for it is. */
const Extra = ({ name, asset, children }: ExtraProps) => (
  // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a fieldset is for forms
  <div className="extra" role="group" aria-label={name}>
    <h3>
      {name} {asset && asset.status !== "SUCCEEDED" && <Badge word={jobWords[asset.status]} />}
    </h3>
    <div className="tools">{children}</div>
    {asset?.job?.waitReason && <p className="muted small">{asset.job.waitReason}</p>}
    {asset?.job?.error && <FailureText failure={asset.job.error} />}
  </div>
);

const Moving = ({ url, contentType }: { url: string; contentType: string | null }) =>
  contentType === "video/mp4" ? (
    <video src={url} aria-label="Preview" autoPlay muted loop playsInline />
  ) : (
    <img src={url} alt="Preview" loading="lazy" />
  );
