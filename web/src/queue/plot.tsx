import { formatSpan } from "../format/time.ts";
import { planCurve } from "./samples.ts";

interface PlotProps {
  title: string;
  unit: string;
  samples: readonly { at: number; value: number }[];
}

/** At least so much of the time axis is shown, in milliseconds. */
const leastSpanMs = 60_000;

/** A figure over the time that the page is open. */
export function Plot({ title, unit, samples }: PlotProps) {
  const first = samples[0]?.at ?? 0;
  const spanMs = Math.max(leastSpanMs, (samples.at(-1)?.at ?? 0) - first);
  const { points, max, last } = planCurve(samples, spanMs);
  const digits = (value: number) =>
    value < 10 && !Number.isInteger(value) ? value.toFixed(1) : Math.round(value);
  return (
    <figure className="plot">
      <figcaption>
        <span>{title}</span>
        <span className="numbers">
          <strong>{digits(last)}</strong> {unit}
        </span>
      </figcaption>
      <svg
        viewBox="0 0 100 100"
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: now ${digits(last)} ${unit}, peak ${digits(max)} in the last ${formatSpan(spanMs)}`}
      >
        <polyline points={points} vectorEffect="non-scaling-stroke" />
      </svg>
      <span className="muted small numbers">
        peak {digits(max)} in the last {formatSpan(spanMs)}
      </span>
    </figure>
  );
}
