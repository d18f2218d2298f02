/**
 * ITU-T H.264 table A-1: macroblocks per second, macroblocks per frame, kilobits per second (High profile:
 * 1.25 times Baseline's).
 */
const levels = [
  ["1", 1_485, 99, 80],
  ["1.1", 3_000, 396, 240],
  ["1.2", 6_000, 396, 480],
  ["1.3", 11_880, 396, 960],
  ["2", 11_880, 396, 2_500],
  ["2.1", 19_800, 792, 5_000],
  ["2.2", 20_250, 1_620, 5_000],
  ["3", 40_500, 1_620, 12_500],
  ["3.1", 108_000, 3_600, 17_500],
  ["3.2", 216_000, 5_120, 25_000],
  ["4", 245_760, 8_192, 25_000],
  ["4.2", 522_240, 8_704, 62_500],
  ["5", 589_824, 22_080, 168_750],
  ["5.1", 983_040, 36_864, 300_000],
  ["5.2", 2_073_600, 36_864, 300_000],
  ["6", 4_177_920, 139_264, 300_000],
  ["6.1", 8_355_840, 139_264, 600_000],
  ["6.2", 16_711_680, 139_264, 1_000_000],
] as const;

/**
 * The lowest H.264 level that allows the frame size, frame rate and bitrate. It tells players what they must
 * support.
 */
export function h264Level(picture: {
  width: number;
  height: number;
  frameRate: number;
  bitrateBps: number;
}): string {
  const columns = Math.ceil(picture.width / 16);
  const rows = Math.ceil(picture.height / 16);
  const frame = columns * rows;
  const fitting = levels.find(
    ([, perSecond, perFrame, kbps]) =>
      frame <= perFrame &&
      // A.3.1: neither side may exceed the square root of eight times the frame size.
      Math.max(columns, rows) ** 2 <= 8 * perFrame &&
      frame * picture.frameRate <= perSecond &&
      picture.bitrateBps <= kbps * 1000,
  );
  return fitting?.[0] ?? "6.2";
}
