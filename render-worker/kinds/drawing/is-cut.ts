/** A lost worker soon after the start costs little. */
const FIRST_SECONDS = 4;
/** Each chunk costs the start and the end of an encode. */
const LEAST_SECONDS = 8;
/** A shorter rest belongs to the chunk before it. */
const LEAST_REST_SECONDS = 4;

/**
 * Whether a chunk ends where another animation begins. Chunks are runs of whole animations, and the same for
 * the same animations. Pure.
 *
 * @param frames of the chunk so far
 * @param counted frames of the whole timeline; a script may play more
 */
export function isCut({
  startFrame,
  frames,
  counted,
  frameRate,
}: {
  startFrame: number;
  frames: number;
  counted: number;
  frameRate: number;
}): boolean {
  const least = startFrame === 0 ? FIRST_SECONDS : LEAST_SECONDS;
  const rest = counted - startFrame - frames;
  return frames >= least * frameRate && (rest <= 0 || rest >= LEAST_REST_SECONDS * frameRate);
}

/**
 * Frames of the chunk that begins with this animation, as counted; null if unknown. What is drawn decides: a
 * script may play something else than it has counted. Pure.
 */
export function plannedFrames(
  { animation, startFrame }: { animation: number; startFrame: number },
  { frames: counted, framesOfEach }: { frames: number; framesOfEach: readonly number[] },
  frameRate: number,
): number | null {
  let frames = 0;
  for (const own of framesOfEach.slice(animation)) {
    if (frames > 0 && own > 0 && isCut({ startFrame, frames, counted, frameRate })) return frames;
    frames += own;
  }
  return frames > 0 && startFrame + frames === counted ? frames : null;
}
