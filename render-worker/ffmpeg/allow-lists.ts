import { words } from "./words.ts";

/**
 * What ffmpeg and ffprobe may touch when they read a source. A file can claim to be anything: a playlist dressed as .mp4 would
 * make ffmpeg open other files or addresses, so formats that refer to other resources (hls, dash, concat, image sequences,
 * lavfi) are absent, and only decoders of formats that people really have are opened.
 */
export const allowedFormats: readonly string[] = [
  "mov,mp4,m4a,3gp,3g2,mj2",
  "matroska,webm",
  ...words("avi mpegts mpeg mpegvideo flv live_flv asf ogg mxf nut ivf wtv dv rm gxf dhav nuv nsv mxg"),
  ...words("h264 hevc m4v vc1 obu av1 h263 h261 yuv4mpegpipe gif apng mjpeg swf ivr"),
  // Sound alone: recognised so that the refusal can say so.
  ...words("mp3 wav w64 flac aac ac3 eac3 amr aiff caf au ape wv dts tta"),
];

const videoDecoders = [
  ...words("h264 hevc vvc vp8 vp9 libvpx libvpx-vp9 av1 libdav1d libaom-av1 libgav1"),
  ...words("mpeg1video mpeg2video mpegvideo mpeg4 msmpeg4v1 msmpeg4v2 msmpeg4 h261 h263 h263i h263p"),
  ...words("flv wmv1 wmv2 wmv3 wmv3image vc1 vc1image theora vp3 vp5 vp6 vp6a vp6f vp7"),
  ...words("prores dnxhd cfhd dvvideo mjpeg mjpegb jpeg2000 libopenjpeg huffyuv ffvhuff ffv1"),
  ...words("utvideo magicyuv rawvideo v210 v308 v408 v410 r210 r10k yuv4 qtrle png gif"),
  ...words("apng cinepak svq1 svq3 rv10 rv20 rv30 rv40 indeo2 indeo3 indeo4 indeo5 hap"),
  ...words("rpza smc 8bps zmbv camtasia tscc2 flashsv flashsv2 bmp msvideo1 camstudio snow"),
  ...words("speedhq asv1 asv2 mts2 wmv1 g2m mss1 mss2 aic dxv notchlc cllc lagarith"),
  ...words("msrle fraps zlib mszh dxtory vmnc ultimotion sp5x amv vp4 mxpeg hqx hq_hqa dirac"),
  // Covers.
  ...words("webp tiff"),
];

const audioDecoders = [
  ...words("aac aac_fixed aac_latm libfdk_aac mp1 mp1float mp2 mp2float mp3 mp3float mp3adu"),
  ...words(
    "mp3adufloat mp3on4 mp3on4float dvaudio ac3 ac3_fixed eac3 opus libopus vorbis libvorbis flac alac dca truehd",
  ),
  ...words("mlp wmav1 wmav2 wmapro wmavoice wmalossless amrnb amrwb libopencore_amrnb"),
  ...words("libopencore_amrwb nellymoser speex libspeex gsm gsm_ms libgsm libgsm_ms cook real_144"),
  ...words("real_288 sipr atrac3 atrac3plus qdm2 qdmc qcelp evrc mace3 mace6 tta wavpack ape"),
  ...words("g722 g726 g726le g723_1 g729 ilbc imc iac twinvq truespeech ralf"),
  ...words(
    "adpcm_ms adpcm_ima_amv adpcm_ima_wav adpcm_ima_qt adpcm_swf adpcm_yamaha adpcm_adx sonic s302m binkaudio_dct",
  ),
  ...words("pcm_alaw pcm_mulaw pcm_s8 pcm_u8 pcm_s16le pcm_s16be pcm_u16le pcm_u16be pcm_s24le"),
  ...words("pcm_s24be pcm_u24le pcm_u24be pcm_s32le pcm_s32be pcm_u32le pcm_u32be pcm_f32le pcm_f32be"),
  ...words(
    "pcm_f64le pcm_f64be pcm_bluray pcm_dvd pcm_lxf pcm_s16le_planar pcm_s16be_planar pcm_s24le_planar",
  ),
];

/** Never decoded; but ffprobe opens a decoder for every stream, and ends where it may not. */
const subtitleDecoders = [
  ...words("ssa ass srt subrip mov_text webvtt text dvbsub dvdsub pgssub xsub cc_dec libzvbi_teletextdec"),
  ...words(
    "libaribb24 libaribcaption jacosub microdvd mpl2 pjs realtext sami stl subviewer subviewer1 vplayer",
  ),
];

export const allowedDecoders: readonly string[] = [
  ...new Set([...videoDecoders, ...audioDecoders, ...subtitleDecoders]),
];

/** What reading from the worker's own source server needs, and nothing that would lead elsewhere. */
const loopbackOptions = [
  ...words("-protocol_whitelist http,tcp"),
  // Not even a proxy that the environment names is asked for what lies on this machine.
  ...words("-http_proxy none"),
  // A connection that breaks is opened again at the same byte; by itself ffmpeg would take it for the end of the file.
  ...words("-reconnect 1 -reconnect_on_network_error 1"),
  // What lies in the socket when ffmpeg jumps elsewhere was read in vain.
  ...words("-recv_buffer_size 262144"),
];

/**
 * Nobody watches so many at once, and a whole satellite transponder has fewer. Each costs ffmpeg 1.6 MB and 10 ms, whether it is used or not
 * (900 H.264 tracks in an MP4: 1.4 GB and 9 s in ffprobe alone).
 */
export const mostStreams = 200;

/**
 * Input options, for ffmpeg and ffprobe alike: `input` is a file, or an address of the worker's source server. `-max_pixels` stops a decoder before it
 * allocates a picture that large.
 */
export const safeInputOptions = (maxPixels: number, input: string): string[] => [
  ...(input.startsWith("http://127.0.0.1:") ? loopbackOptions : words("-protocol_whitelist file,pipe")),
  ...words(`-format_whitelist ${allowedFormats.join(",")}`),
  ...words(`-codec_whitelist ${allowedDecoders.join(",")}`),
  ...words(`-max_pixels ${maxPixels} -max_streams ${mostStreams}`),
];
