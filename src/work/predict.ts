/** Predicts the work of a video from finished ones. Pure. */
import type { Range } from "../prices/index.ts";
import type { Features } from "./features.ts";
import type { Model } from "./usual.ts";

export interface Sample {
  features: Features;
  /** Processor time, or time of slots. */
  seconds: number;
  /** Above 0. Default 1. */
  weight?: number;
  /** Of another template: it only tells how fast the machine is. Absent: that of the estimate. */
  usual?: Model;
}

/** At least so many samples give a model of their own; with fewer, the usual one is scaled to them. */
const LEAST_FOR_FIT = 12;
/** Rounds in which samples far from the line lose weight. */
const ROUNDS = 4;
const SWEEPS = 60;
/**
 * How much each scaled usual coefficient counts, compared with a sample: the noise of a few samples would
 * decide about features that grow together.
 */
const PRIOR_WEIGHT = 0.3;
/** Relative error from which a sample loses weight. */
const ROBUST_AT = 0.15;
/** Part of the estimate that the range spans at least, to either side. */
const LEAST_SPREAD = 0.1;
/** Without samples, half and twice as much are as likely. */
const PRIOR_FACTOR = 2;

type Weights = readonly number[];

/** Root of the bits per pixel of usual footage: 8 Mb/s of 1080p30. */
const USUAL_DETAIL = 0.36;

const termsOf = ({ encoded, decoded, seconds, speechCharacters, detail }: Features): Weights => [
  ...[1, speechCharacters > 0 ? 1 : 0, speechCharacters],
  ...[encoded, detail ?? encoded * USUAL_DETAIL, decoded, seconds],
];
const weightsOf = ({ start, speech, speechCharacter, encoded, detail, decoded, second }: Model): Weights => [
  ...[start, speech, speechCharacter],
  ...[encoded, detail, decoded, second],
];
const apply = (weights: Weights, features: Features): number => {
  const values = termsOf(features);
  return weights.reduce((sum, weight, index) => sum + weight * (values[index] ?? 0), 0);
};

/** What finished videos suggest for others: their middle, and how far nine of ten were from it. */
export function learn(samples: readonly Sample[], usual: Model): (features: Features) => Range {
  const prior = weightsOf(usual);
  const usable = samples.filter(({ seconds }) => seconds > 0);
  if (usable.length === 0) return (features) => around(apply(prior, features), PRIOR_FACTOR);
  const scale = quantile(ratiosTo(prior, usable), 0.5);
  const scaled = prior.map((weight) => weight * scale);
  const alike = usable.filter((sample) => sample.usual === undefined);
  const model = alike.length < LEAST_FOR_FIT ? scaled : fit(alike, scaled);
  const ratios = alike.length > 0 ? ratiosTo(model, alike) : ratiosTo(prior, usable, scale);
  // Few samples say little about the spread.
  const least = LEAST_SPREAD + (PRIOR_FACTOR - 1) / (1 + usable.length);
  const low = Math.min(quantile(ratios, 0.1), 1 / (1 + least));
  const high = Math.max(quantile(ratios, 0.9), 1 + least);
  return (features) => {
    const likely = apply(model, features);
    return { low: likely * low, likely, high: likely * high };
  };
}

const around = (likely: number, factor: number): Range => ({
  low: likely / factor,
  likely,
  high: likely * factor,
});

interface Weighted {
  value: number;
  weight: number;
}

const ratiosTo = (model: Weights, samples: readonly Sample[], scale = 1): Weighted[] =>
  samples.map(({ seconds, features, usual, weight = 1 }) => ({
    value: seconds / apply(usual ? weightsOf(usual) : model, features) / scale,
    weight,
  }));

/**
 * Least squares of relative errors with coefficients of 0 and above, by coordinate descent from `start`, near
 * which they stay.
 * Samples that are far off lose weight round by round: a busy machine, a video unlike the others.
 */
function fit(samples: readonly Sample[], start: Weights): Weights {
  const rows = samples.map(({ features, seconds }) => termsOf(features).map((term) => term / seconds));
  const own = samples.map(({ weight = 1 }) => weight);
  let weights: Weights = own;
  const model = [...start];
  const squares = start.map(
    (_, index) => rows.reduce((sum, row) => sum + (row[index] ?? 0) ** 2, 0) / rows.length,
  );
  const errorOf = (row: Weights): number =>
    1 - row.reduce((sum, term, index) => sum + term * (model[index] ?? 0), 0);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
      for (const [index, current] of model.entries()) {
        let square = PRIOR_WEIGHT * (squares[index] ?? 0);
        let slope = square * ((start[index] ?? 0) - current);
        for (const [at, row] of rows.entries()) {
          const term = row[index] ?? 0;
          slope += (weights[at] ?? 0) * term * errorOf(row);
          square += (weights[at] ?? 0) * term * term;
        }
        if (square > 0) model[index] = Math.max(0, current + slope / square);
      }
    }
    weights = rows.map(
      (row, at) => (own[at] ?? 1) * Math.min(1, ROBUST_AT / Math.max(Math.abs(errorOf(row)), 1e-9)),
    );
  }
  return model;
}

/**
 * The value below which this share of the weight is. Between neighbors by their distance. Not of an empty
 * list.
 */
function quantile(values: readonly Weighted[], share: number): number {
  const sorted = values.toSorted((a, b) => a.value - b.value);
  const places: Weighted[] = [];
  let before = 0;
  for (const { value, weight } of sorted) {
    places.push({ value, weight: before + weight / 2 });
    before += weight;
  }
  const at = before * share;
  const right = places.findIndex(({ weight }) => weight >= at);
  const to = places[right === -1 ? places.length - 1 : right];
  const from = places[right === -1 ? places.length - 1 : Math.max(0, right - 1)];
  if (from === undefined || to === undefined) throw new Error("A quantile needs values.");
  if (to.weight === from.weight) return to.value;
  return from.value + ((to.value - from.value) * (at - from.weight)) / (to.weight - from.weight);
}
