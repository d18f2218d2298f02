import { count, formatDuration, formatSpan } from "../format/index.ts";
import { Select } from "../ui/index.ts";
import type { useStill } from "./use-still.ts";

interface StillProps {
  template: { width: number; height: number };
  still: ReturnType<typeof useStill>;
  /** Whether required values are missing. */
  isIncomplete: boolean;
  mark: string | null;
  onMark: (mark: string | null) => void;
}

/** A picture of the scene that is edited, and what the video will be like. */
export function Still({ template, still, isIncomplete, mark, onMark }: StillProps) {
  const { checked, scene, isChecking, problem } = still;
  const { stills = [], scenes = [] } = checked?.check ?? {};
  const picture = stills.findLast((one) => one.scene === scene) ?? stills.at(-1);
  const shown = picture && scenes[picture.scene];
  return (
    <figure className="still">
      {picture && shown ? (
        <img
          src={picture.url}
          width={picture.width}
          height={picture.height}
          alt={`Scene ${picture.scene + 1}: ${shown.name}`}
        />
      ) : (
        <div className="still-nothing" style={{ aspectRatio: `${template.width} / ${template.height}` }} />
      )}
      <figcaption>
        <div className="still-head">
          {picture && shown && (
            <span className="still-title">
              Scene {picture.scene + 1} of {scenes.length}: {shown.name}
            </span>
          )}
          {shown && shown.marks.length > 1 && (
            <Select
              label="At the end of"
              isInline
              value={mark !== null && shown.marks.includes(mark) ? mark : (shown.marks.at(-1) ?? "")}
              options={shown.marks.map((one) => ({ value: one, text: one }))}
              onText={(next) => onMark(next === shown.marks.at(-1) ? null : next)}
            />
          )}
        </div>
        <p className="muted" role="status">
          {isIncomplete
            ? "The picture follows when all required fields are filled in."
            : isChecking
              ? "Checking…"
              : (problem ?? (checked && describe(checked.check)))}
        </p>
      </figcaption>
    </figure>
  );
}

/** `5 scenes, about 0:42, about 12 s of processor time`. */
function describe({
  scenes,
  durationMs,
  estimate,
}: NonNullable<ReturnType<typeof useStill>["checked"]>["check"]): string {
  return [
    count(scenes.length, "scene"),
    ...(durationMs === null ? [] : [`about ${formatDuration(durationMs)}`]),
    ...(estimate === null ? [] : [`about ${formatSpan(estimate.cpuSeconds * 1_000)} of processor time`]),
  ].join(", ");
}
