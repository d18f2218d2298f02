import type { LiveVideo } from "../endpoints/live-video.ts";
import { percent, statusWord } from "./look.tsx";

const isMade = (status: string) => status !== "SKIPPED";

/** How far the video is, a line for each variant while there is something to see. */
export function Status({ video }: { video: LiveVideo }) {
  const { status, progress, errorMessage, variants } = video;
  const isMoving = status === "PROCESSING" || status === "PLAYABLE";
  return (
    <section aria-label="Status" data-status={status ?? "NONE"} data-live={video.isLive}>
      <div className="reelay-row">
        <output>
          {statusWord(status)}
          {isMoving && `: ${percent(progress ?? 0)}`}
        </output>
      </div>
      {errorMessage && <p className="reelay-error">{errorMessage}</p>}
      {isMoving && (
        <table>
          <tbody>
            {variants
              .filter((variant) => isMade(variant.status))
              .map(({ name, status: state, fraction, fps, etaMs }) => (
                <tr key={name} data-variant={name} data-fraction={fraction}>
                  <th scope="row">{name}</th>
                  <td>
                    <progress aria-label={name} value={fraction} />
                  </td>
                  <td>{state === "RENDERING" || state === "PENDING" ? percent(fraction) : state}</td>
                  <td className="reelay-hint">
                    {fps !== null && state === "RENDERING" && `${Math.round(fps)} fps`}
                    {etaMs !== null && state === "RENDERING" && `, ${Math.ceil(etaMs / 1000)} s left`}
                  </td>
                </tr>
              ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
