import type { VideoEditionsFragment, VideoMovingFragment } from "../api/index.ts";
import { describeStep, percentOf } from "../format/index.ts";
import { correctionOf } from "../live/index.ts";
import { Bar } from "../ui/index.ts";

/** How the newest edition of a video gets on, while viewers have another one. */
export function EditionNotice({
  video,
}: {
  video: VideoEditionsFragment & Pick<VideoMovingFragment, "step">;
}) {
  const { edition, step } = video;
  const correction = correctionOf(video);
  const [newest] = video.editions.nodes;
  if (correction !== null) {
    const { number, progress } = correction;
    return (
      <div className="notice edition">
        <p>
          <strong>Edition {number} is being rendered.</strong> Viewers get edition {edition} until it is
          finished.
        </p>
        <div className="overall">
          <Bar fraction={progress} label={`Progress of edition ${number}`} />
          <span className="numbers">{percentOf(progress)} %</span>
        </div>
        {step && <p className="step muted">{describeStep(step)}</p>}
      </div>
    );
  }
  if (newest?.status !== "FAILED") return null;
  return (
    <div className="notice bad">
      <strong>Edition {newest.number} failed</strong>
      <p>
        {newest.error?.message} Viewers still get edition {edition}.
      </p>
    </div>
  );
}
