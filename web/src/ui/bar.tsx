import { percentOf, type Tone } from "../format/index.ts";

interface BarProps {
  /** 0 to 1. */
  fraction: number;
  /** Of what. */
  label: string;
  tone?: Tone;
}

/** How far something is. */
export const Bar = ({ fraction, label, tone = "busy" }: BarProps) => (
  <div
    className={`bar ${tone}`}
    role="progressbar"
    aria-label={label}
    aria-valuemin={0}
    aria-valuemax={100}
    aria-valuenow={percentOf(fraction)}
  >
    {/* The browser smooths the steps between two reports. */}
    <span className="bar-fill" style={{ transform: `scaleX(${Math.max(0, Math.min(1, fraction))})` }} />
  </div>
);
