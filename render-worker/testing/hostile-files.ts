/** Hostile or broken files, created byte by byte where ffmpeg would not. */
import { randomBytes } from "node:crypto";
import { appendFile, open, readFile, writeFile } from "node:fs/promises";
import { words } from "../media/ffmpeg/words.ts";
import { makeClip } from "./kit.ts";
import { boundlessTables, box, boxOf, numbers, replaceBoxes } from "./mp4-bytes.ts";

export type MakeFile = (path: string) => Promise<unknown>;

const h264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 10";
const picture = (size: string, rate: string | number, seconds: number) =>
  `-f lavfi -i testsrc2=s=${size}:r=${rate}:d=${seconds}`;
const clip = (options: string) => words(`${picture("64x36", 10, 1)} ${options}`);

const text =
  (...lines: string[]): MakeFile =>
  (path) =>
    writeFile(path, `${lines.join("\n")}\n`);

/** Changes bytes of a small MP4 after each occurrence of `type`. */
const patched =
  (make: MakeFile, type: string, change: (content: Buffer) => void): MakeFile =>
  async (path) => {
    await make(path);
    const bytes = await readFile(path);
    for (let at = bytes.indexOf(type, 0, "latin1"); at !== -1; at = bytes.indexOf(type, at + 4, "latin1")) {
      change(bytes.subarray(at + 4));
    }
    await writeFile(path, bytes);
  };

const mp4: MakeFile = (path) => makeClip(path, clip(`${h264} -f mp4`));

/** Named or shaped like videos, to make a reader open something else. */
export const pointers: Record<string, MakeFile> = {
  "an HLS playlist": text("#EXTM3U", "#EXT-X-TARGETDURATION:9", "#EXTINF:9,", "http://127.0.0.1:9/a.ts"),
  "an HLS playlist of local files": text(
    "#EXTM3U",
    "#EXT-X-TARGETDURATION:9",
    "#EXTINF:9,",
    "file:///etc/passwd",
  ),
  "a DASH manifest": text(
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet mimeType="video/mp4">',
    '<Representation id="1"><BaseURL>http://127.0.0.1:9/a.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>',
  ),
  "a concat list": text("ffconcat version 1.0", "file /etc/passwd"),
  "a session description": text(
    "v=0",
    "o=- 0 0 IN IP4 127.0.0.1",
    "s=x",
    "c=IN IP4 127.0.0.1",
    "t=0 0",
    "m=video 5004 RTP/AVP 96",
    "a=rtpmap:96 H264/90000",
  ),
  "a Windows Media playlist": text(
    '<asx version="3.0"><entry><ref href="http://127.0.0.1:9/a.wmv"/></entry></asx>',
  ),
  "a Smooth Streaming manifest": text(
    '<?xml version="1.0"?><SmoothStreamingMedia MajorVersion="2" Duration="1"></SmoothStreamingMedia>',
  ),
  "an SVG that names a file": text(
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
  ),
  subtitles: text("1", "00:00:00,000 --> 00:00:01,000", "hello"),
  "an ffmpeg metadata file": text(";FFMETADATA1", "title=x"),
};

/** Small files that claim pictures of gigabytes. */
export const floods: Record<string, MakeFile> = {
  "a PNG of 100,000 by 100,000": async (path) => {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(100_000, 0);
    header.writeUInt32BE(100_000, 4);
    header.writeUInt8(8, 8);
    header.writeUInt8(6, 9);
    const chunk = Buffer.concat([Buffer.from("\0\0\0\rIHDR", "latin1"), header, Buffer.alloc(4)]);
    await writeFile(
      path,
      Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk, Buffer.alloc(1_000)]),
    );
  },
  "a GIF of 65,535 by 65,535": (path) =>
    writeFile(
      path,
      Buffer.concat([
        Buffer.from("GIF89a\xff\xff\xff\xff\xf0\0\0\0\0\0\xff\xff\xff", "latin1"),
        Buffer.from("!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0", "latin1"),
        ...Array.from({ length: 200 }, () =>
          Buffer.from("!\xf9\x04\0\x01\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0", "latin1"),
        ),
        Buffer.from(";"),
      ]),
    ),
  "an MP4 of one picture, 8,000 by 5,000": (path) =>
    makeClip(path, words(`${picture("8000x5000", 1, 1)} -c:v mpeg4 -f mp4 -frames:v 1`)),
};

/** Not containers, or broken ones. */
export const ruins: Record<string, MakeFile> = {
  "a page": text(
    "<!doctype html><html><head><title>Video</title></head>",
    "<body></body></html>".repeat(400),
  ),
  "an archive": (path) =>
    writeFile(
      path,
      Buffer.concat([Buffer.from("PK\x03\x04\x14\0\0\0\b\0", "latin1"), Buffer.alloc(9_000, "zip")]),
    ),
  noise: (path) => writeFile(path, randomBytes(300_000)),
  "100 MB of zeroes": async (path) => {
    await using file = await open(path, "w");
    await file.truncate(100_000_000);
  },
  "an MP4 whose index is empty": (path) =>
    writeFile(
      path,
      Buffer.concat([
        box("ftyp", Buffer.from("isom\0\0\0\0isom")),
        box("moov"),
        box("mdat", Buffer.alloc(64)),
      ]),
    ),
  "an MP4 whose boxes lie in each other without end": async (path) => {
    let nested = box("trak");
    for (let depth = 0; depth < 5_000; depth += 1) nested = box(depth % 2 === 0 ? "moov" : "trak", nested);
    await writeFile(path, Buffer.concat([box("ftyp", Buffer.from("isom\0\0\0\0isom")), nested]));
  },
  "a Matroska file whose elements lie in each other without end": async (path) => {
    const head = Buffer.from("1a45dfa3934282886d6174726f736b614287810442858102", "hex");
    const segment = Buffer.from("1853806701ffffffffffffff", "hex");
    await writeFile(path, Buffer.concat([head, ...Array.from({ length: 20_000 }, () => segment)]));
  },
  "a program": (path) => readFile("/bin/ls").then((bytes) => writeFile(path, bytes)),
};

/** An index that claims unlimited memory. */
export const endlessTable: MakeFile = patched(mp4, "stts", (content) => {
  content.writeUInt32BE(0xff_ff_ff_ff, 4);
});

/** Times that no player could play. */
export const madTimes: Record<string, MakeFile> = {
  "two pictures ten days apart": (path) =>
    makeClip(
      path,
      clip(
        `-vf settb=1,setpts=N*864000 -fps_mode passthrough -enc_time_base 1 -frames:v 2 -c:v ffv1 -f matroska`,
      ),
    ),
  "ten hours of a picture that stands still": (path) =>
    makeClip(path, words(`-f lavfi -i color=s=64x36:r=1/3600:d=36000 ${h264} -f mp4`)),
};

/** The same track again and again. */
export const manyStreams =
  (count: number): MakeFile =>
  async (path) => {
    await mp4(path);
    const bytes = await readFile(path);
    const at = (type: string, from = 0) => bytes.indexOf(type, from, "latin1") - 4;
    const take = (start: number) => bytes.subarray(start, start + bytes.readUInt32BE(start));
    const moov = at("moov");
    const tracks = Array.from({ length: count }, () => take(at("trak", moov)));
    await writeFile(
      path,
      Buffer.concat([bytes.subarray(0, moov), box("moov", take(at("mvhd", moov)), ...tracks)]),
    );
  };

/** Strange but valid videos: their output must be complete. */
export const survivors: Record<string, MakeFile> = {
  "an index that says its media lies elsewhere": patched(mp4, "url ", (content) =>
    content.writeUInt32BE(0, 0),
  ),
  "an edit list that begins before the beginning": patched(mp4, "elst", (content) =>
    content.writeInt32BE(-90_000, 12),
  ),
  "a picture whose size changes in the middle": async (path) => {
    await makeClip(path, words(`${picture("320x180", 10, 1)} ${h264} -f mpegts`));
    const second = `${path}.second`;
    await makeClip(second, words(`${picture("160x120", 10, 1)} ${h264} -output_ts_offset 1 -f mpegts`));
    await appendFile(path, await readFile(second));
  },
  "a clock that jumps back in the middle": async (path) => {
    await makeClip(path, words(`${picture("64x36", 10, 2)} ${h264} -output_ts_offset 7200 -f mpegts`));
    await appendFile(path, await readFile(path));
  },
  "a clock that jumps ahead by hours": async (path) => {
    await makeClip(path, words(`${picture("64x36", 10, 2)} ${h264} -f mpegts`));
    const second = `${path}.second`;
    await makeClip(second, words(`${picture("64x36", 10, 2)} ${h264} -output_ts_offset 9000 -f mpegts`));
    await appendFile(path, await readFile(second));
  },
  "a million pictures per second": (path) =>
    makeClip(path, words(`${picture("64x36", 1_000_000, 0.00005)} -c:v mpeg4 -r 60000 -f mp4`)),
  "thousands of fragments": (path) =>
    makeClip(
      path,
      words(`${picture("32x32", 100, 30)} -c:v mpeg4 -movflags frag_every_frame+empty_moov -f mp4`),
    ),
  "tables that stand there twice, the first ones without end": async (path) => {
    await manyStreams(150)(path);
    const bytes = await readFile(path);
    const from = bytes.indexOf("moov", 0, "latin1") - 4;
    const twice = (type: string) => (real: Buffer) => [boundlessTables[type] ?? real, real];
    const moov = replaceBoxes(bytes.subarray(from), { stsz: twice("stsz"), stts: twice("stts") });
    await writeFile(path, Buffer.concat([bytes.subarray(0, from), moov]));
  },
  "hundreds of thousands of empty boxes behind it": async (path) => {
    await mp4(path);
    await appendFile(path, Buffer.alloc(2_400_000, box("free")));
  },
  "an audio track of 64 channels": (path) =>
    makeClip(
      path,
      words(
        `${picture("64x36", 10, 1)} -f lavfi -i aevalsrc=${Array(64).fill("0.1*sin(440*t)").join("|")}:d=1 ${h264} -c:a pcm_s16le -f mov`,
      ),
    ),
  "an audio track of one sample a second": async (path) => {
    await makeClip(
      path,
      words(`${picture("64x36", 10, 3)} -f lavfi -i sine=d=3:r=8000 ${h264} -c:a pcm_s16le -f avi`),
    );
    const bytes = await readFile(path);
    const at = bytes.indexOf(Buffer.from([0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0]));
    bytes.writeUInt32LE(1, at);
    await writeFile(path, bytes);
  },
  "a title and a comment of megabytes": (path) =>
    makeClip(path, [
      ...clip(h264),
      "-metadata",
      `title=${"x".repeat(100_000)}`,
      "-metadata",
      `comment=${"y".repeat(100_000)}`,
      "-f",
      "matroska",
    ]),
  "attachments that would lie elsewhere": async (path) => {
    await writeFile(`${path}.txt`, "evil");
    await makeClip(path, [
      ...clip(h264),
      "-attach",
      `${path}.txt`,
      ...words("-metadata:s:t filename=../../../../tmp/evil -metadata:s:t mimetype=text/plain -f matroska"),
    ]);
  },
  "a cover that is larger than any picture may be": async (path) => {
    const cover = `${path}.png`;
    await makeClip(cover, words("-f lavfi -i color=s=6200x6200:d=1 -frames:v 1 -c:v png -f image2"));
    await makeClip(path, [
      "-i",
      await mp4At(`${path}.video.mp4`),
      "-i",
      cover,
      ...words("-map 0 -map 1 -c copy -disposition:v:1 attached_pic -f mp4"),
    ]);
  },
};

async function mp4At(path: string): Promise<string> {
  await mp4(path);
  return path;
}

const audio = (seconds: number) => `-f lavfi -i sine=440:d=${seconds}`;

/** Drops the bytes of the media data between two fractions of the file. */
export const holed =
  (make: MakeFile, from: number, to: number): MakeFile =>
  async (path) => {
    await make(path);
    const bytes = await readFile(path);
    bytes.fill(0, Math.floor(bytes.length * from), Math.floor(bytes.length * to));
    await writeFile(path, bytes);
  };
const longTs: MakeFile = (path) =>
  makeClip(path, words(`${picture("160x90", 25, 4)} ${audio(4)} ${h264} -c:a aac -f mpegts`));
const longMp4: MakeFile = (path) =>
  makeClip(
    path,
    words(`${picture("160x90", 25, 4)} ${audio(4)} ${h264} -c:a aac -movflags +faststart -f mp4`),
  );

export const damaged: Record<string, MakeFile> = {
  "a transport stream with a hole": holed(longTs, 0.4, 0.5),
  "a transport stream that is lost after its beginning": holed(longTs, 0.3, 1),
  "an MP4 with a hole": holed(longMp4, 0.4, 0.5),
  "an MP4 that is lost after its beginning": holed(longMp4, 0.4, 1),
  "an audio track that ends early": (path) =>
    makeClip(path, words(`${picture("160x90", 25, 4)} ${audio(1)} ${h264} -c:a aac -f mp4`)),
  "an audio track that goes on": (path) =>
    makeClip(path, words(`${picture("160x90", 25, 1)} ${audio(4)} ${h264} -c:a aac -f mp4`)),
};

/**
 * An MP4 whose tables refer to one frame again and again within a second: four bytes each, and each is
 * decoded.
 */
export const repeatedPicture =
  (times: number): MakeFile =>
  async (path) => {
    await makeClip(path, words(`${picture("64x36", 1, 1)} ${h264} -frames:v 1 -f mp4`));
    const bytes = await readFile(path);
    const offset = boxOf(bytes, "stco").readUInt32BE(8);
    const stsz = boxOf(bytes, "stsz");
    const size = stsz.readUInt32BE(4) || stsz.readUInt32BE(12);
    // One tick each, with as many ticks per second as frames.
    const mdhd = Buffer.from(boxOf(bytes, "mdhd"));
    mdhd.writeUInt32BE(times, 12);
    mdhd.writeUInt32BE(times, 16);
    const offsets = Buffer.alloc(8 + times * 4);
    offsets.writeUInt32BE(times, 4);
    for (let index = 0; index < times; index += 1) offsets.writeUInt32BE(offset, 8 + index * 4);
    const from = bytes.indexOf("moov", 0, "latin1") - 4;
    const moov = replaceBoxes(bytes.subarray(from, from + bytes.readUInt32BE(from)), {
      ...{ mdhd, stts: numbers(0, 1, times, 1), stsz: numbers(0, size, times) },
      ...{ stsc: numbers(0, 1, 1, 1, 1), stco: offsets },
      // Every sample is a key frame, shown at its decoding time.
      ...{ stss: null, ctts: null, edts: null, sgpd: null, sbgp: null },
    });
    await writeFile(path, Buffer.concat([bytes.subarray(0, from), moov]));
  };
