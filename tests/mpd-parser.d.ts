/** What the tests read of mpd-parser's result; it has no types of its own. */
declare module "mpd-parser" {
  interface Segment {
    duration: number;
    resolvedUri: string;
    map: { resolvedUri: string };
  }

  export function parse(
    mpd: string,
    options: { manifestUri: string },
  ): {
    duration: number;
    endList: boolean;
    playlists: {
      attributes: { NAME: string; CODECS: string };
      segments: Segment[];
    }[];
    mediaGroups: {
      AUDIO: Record<string, Record<string, { playlists: { segments: Segment[] }[] }>>;
      SUBTITLES: Record<string, Record<string, { language: string }>>;
    };
  };
}
