import { useState, useSyncExternalStore } from "react";
import { RetryVariantDocument, type VideoMovingFragment } from "../api/index.ts";
import {
  formatBitrate,
  formatBytes,
  formatSpan,
  formatSpeed,
  percentOf,
  variantWords,
} from "../format/index.ts";
import { useSession } from "../session/index.ts";
import { Badge, Bar, FailureText, RetryIcon, useAction } from "../ui/index.ts";

/** There pages.css leaves out fps, speed and ETA. */
const NARROW = "(max-width: 760px)";

type Variant = VideoMovingFragment["variants"][number];

interface VariantTableProps {
  variants: readonly Variant[];
  onChanged: () => void;
}

/**
 * A row for each variant, live. Those that are skipped, as a small source has many of, are one row until they
 * are asked for.
 */
export function VariantTable({ variants, onChanged }: VariantTableProps) {
  const [areAllShown, setAreAllShown] = useState(false);
  const skipped = variants.filter(({ status }) => status === "SKIPPED");
  const isShort = skipped.length > 1 && !areAllShown;
  const shown = isShort ? variants.filter((variant) => !skipped.includes(variant)) : variants;
  return (
    <section className="card" aria-labelledby="variants">
      <h2 id="variants">Variants</h2>
      {variants.length === 0 ? (
        <p className="muted">They appear as soon as a worker has analyzed the source.</p>
      ) : (
        <table className="variants">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">State</th>
              <th scope="col" className="wide">
                Progress
              </th>
              <th scope="col" className="number">
                fps
              </th>
              <th scope="col" className="number">
                Speed
              </th>
              <th scope="col" className="number">
                ETA
              </th>
              <th scope="col" className="number">
                Size
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((variant) => (
              <VariantRow key={variant.id} variant={variant} onChanged={onChanged} />
            ))}
            {isShort && <SkippedRow variants={skipped} onShow={() => setAreAllShown(true)} />}
          </tbody>
        </table>
      )}
    </section>
  );
}

function VariantRow({ variant, onChanged }: { variant: Variant; onChanged: () => void }) {
  const { name, width, height, codec, bitrateBps, status, fraction, fps, speed, etaMs, sizeBytes } = variant;
  const isRendering = status === "RENDERING";
  const isNarrow = useMedia(NARROW);
  const size = width !== null && height !== null ? `${width}×${height}` : null;
  return (
    <tr className={status === "SKIPPED" ? "skipped" : undefined}>
      <th
        scope="row"
        title={[size, codec, `at most ${formatBitrate(bitrateBps)}`].filter(Boolean).join(", ")}
      >
        {name}
      </th>
      <td>
        <Badge word={variantWords[status]} />
        {(status === "FAILED" || status === "CANCELED") && (
          <RetryButton id={variant.id} name={name} onChanged={onChanged} />
        )}
      </td>
      {status === "SKIPPED" || variant.error ? (
        <td colSpan={isNarrow ? 2 : 5}>
          {variant.error ? (
            <FailureText failure={variant.error} />
          ) : (
            <span className="muted small">{variant.skipReason}</span>
          )}
        </td>
      ) : (
        <>
          <td className="wide">
            <span className="progress">
              <Bar
                fraction={status === "READY" ? 1 : fraction}
                label={`Progress of ${name}`}
                tone={variantWords[status].tone}
              />
              <span className="numbers small">{status === "READY" ? 100 : percentOf(fraction)} %</span>
            </span>
          </td>
          <td className="number">{isRendering && fps !== null ? Math.round(fps) : ""}</td>
          <td className="number">{isRendering && speed !== null ? formatSpeed(speed) : ""}</td>
          <td className="number">{isRendering && etaMs !== null ? formatSpan(etaMs) : ""}</td>
          <td className="number">{sizeBytes > 0 ? formatBytes(sizeBytes) : ""}</td>
        </>
      )}
    </tr>
  );
}

function SkippedRow({ variants, onShow }: { variants: readonly Variant[]; onShow: () => void }) {
  const isNarrow = useMedia(NARROW);
  return (
    <tr className="skipped">
      <th scope="row">{variants.length} more</th>
      <td>
        <Badge word={variantWords.SKIPPED} />
      </td>
      <td colSpan={isNarrow ? 2 : 5}>
        <span className="muted small">{variants.map(({ name }) => name).join(", ")}</span>
        <button type="button" className="button small" onClick={onShow}>
          Why
        </button>
      </td>
    </tr>
  );
}

/** Makes one variant again; what is ready goes on playing. */
function RetryButton({ id, name, onChanged }: { id: string; name: string; onChanged: () => void }) {
  const { act, isBusy } = useAction();
  if (!useSession().can("WRITE")) return null;
  const retry = async () => {
    const key = crypto.randomUUID();
    if (await act(RetryVariantDocument, { id, key }, `Rendering ${name} again.`)) onChanged();
  };
  return (
    <button type="button" className="button small" disabled={isBusy} onClick={() => void retry()}>
      <RetryIcon /> Retry<span className="visually-hidden"> {name}</span>
    </button>
  );
}

/** True while a media query matches. */
function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (onChange) => {
      const list = matchMedia(query);
      list.addEventListener("change", onChange);
      return () => list.removeEventListener("change", onChange);
    },
    () => matchMedia(query).matches,
  );
}
