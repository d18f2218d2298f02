/** Predicts the work of a video from finished ones. Pure. */
import type { Range } from "../prices/index.ts";
import type { Features } from "./features.ts";

export interface Sample {
  features: Features;
  /** Processor time, or time of slots. */
  seconds: number;
}

/** At least so many samples give a model of their own; with fewer, the usual one is scaled to them. */
const LEAST_FOR_FIT = 12;
/** Rounds in which samples far from the line lose weight. */
const ROUNDS = 4;
const SWEEPS = 60;
/** Relative error from which a sample loses weight. */
const ROBUST_AT = 0.15;
/** Part of the estimate that the range spans at least, to either side. */
const LEAST_SPREAD = 0.1;
/** Without samples, half and twice as much are as likely. */
const PRIOR_FACTOR = 2;

/** `start`, then seconds per unit of each feature. */
type Model = readonly [start: number, encoded: number, decoded: number, seconds: number];

/**
 * Processor seconds as measured on a server's core: 2.2 minutes per minute of 1080p30 with seven rungs, and a
 * third of that for what is drawn.
 */
const usual = {
  MEDIA: [1, 0.0155, 0.003, 0.02],
  DRAWN: [2.5, 0.004, 0.012, 0.05],
} as const satisfies Record<string, Model>;

export type WorkShape = keyof typeof usual;

const terms = ({ encoded, decoded, seconds }: Features): Model => [1, encoded, decoded, seconds];

const apply = (model: Model, features: Features): number => {
  const values = terms(features);
  return model.reduce((sum, weight, index) => sum + weight * (values[index] ?? 0), 0);
};

/** The range that finished videos suggest: their middle, and how far nine of ten were from it. */
export function predict(samples: readonly Sample[], shape: WorkShape, features: Features): Range {
  const prior = usual[shape];
  const priorSeconds = apply(prior, features);
  const usable = samples.filter(({ seconds }) => seconds > 0);
  if (usable.length === 0)
    return { low: priorSeconds / PRIOR_FACTOR, likely: priorSeconds, high: priorSeconds * PRIOR_FACTOR };
  const scale = quantile(
    usable.map((sample) => sample.seconds / apply(prior, sample.features)),
    0.5,
  );
  const scaled: Model = [prior[0] * scale, prior[1] * scale, prior[2] * scale, prior[3] * scale];
  const model = usable.length < LEAST_FOR_FIT ? scaled : fit(usable, scaled);
  const likely = apply(model, features);
  const ratios = usable.map((sample) => sample.seconds / apply(model, sample.features));
  // Few samples say little about the spread.
  const least = LEAST_SPREAD + (PRIOR_FACTOR - 1) / (1 + usable.length);
  return {
    low: likely * Math.min(quantile(ratios, 0.1), 1 / (1 + least)),
    likely,
    high: likely * Math.max(quantile(ratios, 0.9), 1 + least),
  };
}

/**
 * Least squares of relative errors with weights of 0 and above, by coordinate descent from `start`. Samples
 * that are far off lose weight round by round: a busy machine, a video unlike the others.
 */
function fit(samples: readonly Sample[], start: Model): Model {
  const rows = samples.map(({ features, seconds }) => terms(features).map((term) => term / seconds));
  let weights = rows.map(() => 1);
  const model = [...start];
  const errorOf = (row: readonly number[]): number =>
    1 - row.reduce((sum, term, index) => sum + term * (model[index] ?? 0), 0);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
      for (const [index, current] of model.entries()) {
        let [slope, square] = [0, 0];
        for (const [at, row] of rows.entries()) {
          const term = row[index] ?? 0;
          slope += (weights[at] ?? 0) * term * errorOf(row);
          square += (weights[at] ?? 0) * term * term;
        }
        if (square > 0) model[index] = Math.max(0, current + slope / square);
      }
    }
    weights = rows.map((row) => Math.min(1, ROBUST_AT / Math.max(Math.abs(errorOf(row)), 1e-9)));
  }
  const [constant = 0, encoded = 0, decoded = 0, seconds = 0] = model;
  return [constant, encoded, decoded, seconds];
}

/** Between neighbours by their distance. Not of an empty list. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [below = 0, above = below] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return below + (above - below) * (at - Math.floor(at));
}
