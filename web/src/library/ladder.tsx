import type { VideoRowFragment } from "../api/documents.ts";
import { count } from "../format/numbers.ts";
import { variantWords } from "../format/words.ts";

/** All variants of a video at a glance: one upright bar for each, smallest first, as high as it is far. */
export function Ladder({ variants }: Pick<VideoRowFragment, "variants">) {
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
