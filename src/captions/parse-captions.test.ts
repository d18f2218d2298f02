import { expect, test } from "vitest";
import { parseCaptions } from "./parse-captions.ts";
import { planCaptionsPlaylist, writeVtt } from "./write-captions.ts";

const convert = (content: string): string => writeVtt(parseCaptions(content));

test("WebVTT keeps its cues, settings, ids and styles, and drops its notes", () => {
  const content = `WEBVTT - a title
Language: en

NOTE
not for viewers

STYLE
::cue(b) { color: red }

intro
00:01.000 --> 00:02.500 line:0 position:10%,line-left nonsense
<v Ada>Hello, <b>you</b>.
Second line

01:00:00.000 --> 01:00:01.001
Later
`;
  expect(convert(content)).toMatchInlineSnapshot(`
    "WEBVTT
    X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000

    STYLE
    ::cue(b) { color: red }

    intro
    00:00:01.000 --> 00:00:02.500 line:0 position:10%,line-left
    <v Ada>Hello, <b>you</b>.
    Second line

    01:00:00.000 --> 01:00:01.001
    Later
    "
  `);
});

test("SubRip, with its common deviations, is converted to WebVTT", () => {
  const content =
    '\uFEFF2\r\n00:00:05,5 --> 00:00:07,000\r\n<font color="red"><I>Tom</I></font> & Jerry <3 {\\an8}\r\n\r\n\r\n1\r\n0:00:01,000 --> 0:00:02,250 X1:10\r\nFirst &amp; best\r\n- <u>two</u>\r\n\r\n3\r\n00:00:09,000 --> 00:00:10,000\r\n';
  expect(convert(content)).toMatchInlineSnapshot(`
    "WEBVTT
    X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000

    00:00:01.000 --> 00:00:02.250
    First &amp; best
    - <u>two</u>

    00:00:05.500 --> 00:00:07.000 line:0
    <i>Tom</i> &amp; Jerry &lt;3
    "
  `);
});

const cue = (time: string) => `WEBVTT\n\n${time}\nHello`;

test.each([
  ["", /neither WebVTT.* nor SubRip/],
  ["WEBVTT\n\n", /WebVTT without a cue/],
  ["WEBVTT\n\nNOTE only a note\n", /WebVTT without a cue/],
  ["<tt xmlns='http://www.w3.org/ns/ttml'/>", /line 1: .*begins with its time.*"<tt/],
  ["1\n00:00:01,000 --> 00:00:02,000\nHello\n\nafter an empty line\n", /line 5: .*"after an empty line"/],
  [
    "1\n00:00:01,000 --> 00:00:02,000\nHello\n2\n00:00:03,000 --> 00:00:04,000\n",
    /line 5: .*leave an empty line/,
  ],
  [cue("00:00:01,000 --> 00:00:02,000"), /line 3: .*is no time/],
  [cue("00:00:01.00 --> 00:00:02.000"), /line 3: .*is no time/],
  [cue("00:61:01.000 --> 00:62:02.000"), /line 3: .*is no time/],
  [
    cue("00:00:02.000 --> 00:00:02.000"),
    /line 3: the cue ends at 00:00:02.000, and must end after it begins/,
  ],
  [cue("soon --> later"), /line 3: .*"soon --> later" is no time/],
])("%j is refused with the line of the error", (content, message) => {
  expect(() => parseCaptions(content)).toThrow(
    expect.objectContaining({ code: "CAPTIONS_INVALID", message: expect.stringMatching(message) }),
  );
});

test("captions over the size limit are refused", () => {
  expect(() => parseCaptions(`WEBVTT\n\n${"x".repeat(600_000)}`)).toThrow(
    expect.objectContaining({ code: "CAPTIONS_TOO_LARGE" }),
  );
});

test("formatted captions parse to the same captions", () => {
  const once = convert(cue("00:00:01.000 --> 00:00:02.000 align:start"));
  expect(convert(once)).toBe(once);
});

test("a captions playlist has one segment of the video's length", () => {
  expect(planCaptionsPlaylist(63_042)).toMatchInlineSnapshot(`
    "#EXTM3U
    #EXT-X-VERSION:7
    #EXT-X-TARGETDURATION:64
    #EXT-X-MEDIA-SEQUENCE:0
    #EXT-X-PLAYLIST-TYPE:VOD
    #EXTINF:63.042,
    captions.vtt
    #EXT-X-ENDLIST
    "
  `);
});
