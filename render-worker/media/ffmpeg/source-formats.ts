import { words } from "./words.ts";

/**
 * The containers and codecs that a source may have. `COMMON` is what cameras, phones, editors and browsers
 * write; `ALL` adds formats found in archives. Every decoder is an attack surface, and rare ones are the
 * least maintained (CVE-2026-8461 was in MagicYUV), so they are opt-in and run only in the full jail.
 */
export type DecoderSet = "COMMON" | "ALL";

interface SourceFormats {
  /** Demuxers, by the full name that ffmpeg compares. */
  formats: readonly string[];
  /** Decoders. Implementations of the same codec have separate names. */
  decoders: readonly string[];
}

const commonFormats = [
  "mov,mp4,m4a,3gp,3g2,mj2",
  "matroska,webm",
  ...words("avi mpegts mpeg flv asf ogg mxf gif"),
  // Audio only: recognized to give a helpful error.
  ...words("mp3 wav flac aac amr aiff caf"),
];

/** 21 codecs. */
const commonVideoDecoders = [
  ...words("h264 hevc vp8 libvpx vp9 libvpx-vp9 av1 libdav1d libaom-av1 libgav1"),
  ...words("mpeg1video mpeg2video mpeg4 msmpeg4 h263 h263p flv wmv2 wmv3 vc1"),
  ...words("prores dnxhd mjpeg dvvideo theora gif png"),
];

/** 13 codecs, and PCM. */
const commonAudioDecoders = [
  ...words("aac aac_fixed aac_latm libfdk_aac mp2 mp2float mp3 mp3float ac3 ac3_fixed eac3 dca"),
  ...words("opus libopus vorbis libvorbis flac alac wmav1 wmav2 wmapro"),
  ...words("amrnb amrwb libopencore_amrnb libopencore_amrwb"),
  ...words("pcm_alaw pcm_mulaw pcm_s8 pcm_u8 pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be"),
  ...words("pcm_f32le pcm_f32be pcm_f64le pcm_f64be pcm_bluray pcm_dvd adpcm_ima_wav adpcm_ms adpcm_ima_qt"),
];

/** Never decoded, but ffprobe opens a decoder for every stream and rejects the file if it may not. */
const commonSubtitleDecoders = words(
  "ssa ass srt subrip mov_text webvtt text dvbsub dvdsub pgssub cc_dec libzvbi_teletextdec",
);

const rareFormats = [
  ...words("mpegvideo live_flv nut ivf wtv dv rm gxf dhav nuv nsv mxg"),
  ...words("h264 hevc m4v vc1 obu av1 h263 h261 yuv4mpegpipe apng mjpeg swf ivr"),
  ...words("w64 ac3 eac3 au ape wv dts tta"),
];

const rareVideoDecoders = [
  ...words("vvc mpegvideo msmpeg4v1 msmpeg4v2 h261 h263i"),
  ...words("wmv1 wmv3image vc1image vp3 vp5 vp6 vp6a vp6f vp7"),
  ...words("cfhd mjpegb jpeg2000 libopenjpeg huffyuv ffvhuff ffv1"),
  ...words("utvideo magicyuv rawvideo v210 v308 v408 v410 r210 r10k yuv4 qtrle"),
  ...words("apng cinepak svq1 svq3 rv10 rv20 rv30 rv40 indeo2 indeo3 indeo4 indeo5 hap"),
  ...words("rpza smc 8bps zmbv camtasia tscc2 flashsv flashsv2 bmp msvideo1 camstudio snow"),
  ...words("speedhq asv1 asv2 mts2 g2m mss1 mss2 aic dxv notchlc cllc lagarith"),
  ...words("msrle fraps zlib mszh dxtory vmnc ultimotion sp5x amv vp4 mxpeg hqx hq_hqa dirac"),
  // Cover art.
  ...words("webp tiff"),
];

const rareAudioDecoders = [
  ...words("mp1 mp1float mp3adu mp3adufloat mp3on4 mp3on4float dvaudio truehd mlp"),
  ...words("wmavoice wmalossless nellymoser speex libspeex gsm gsm_ms libgsm libgsm_ms cook real_144"),
  ...words("real_288 sipr atrac3 atrac3plus qdm2 qdmc qcelp evrc mace3 mace6 tta wavpack ape"),
  ...words("g722 g726 g726le g723_1 g729 ilbc imc iac twinvq truespeech ralf"),
  ...words("adpcm_ima_amv adpcm_swf adpcm_yamaha adpcm_adx sonic s302m binkaudio_dct"),
  ...words("pcm_u16le pcm_u16be pcm_u24le pcm_u24be pcm_u32le pcm_u32be"),
  ...words("pcm_lxf pcm_s16le_planar pcm_s16be_planar pcm_s24le_planar"),
];

const rareSubtitleDecoders = words(
  "xsub libaribb24 libaribcaption jacosub microdvd mpl2 pjs realtext sami stl subviewer subviewer1 vplayer",
);

const commonDecoders = [...commonVideoDecoders, ...commonAudioDecoders, ...commonSubtitleDecoders];

export const sourceFormats: Readonly<Record<DecoderSet, SourceFormats>> = {
  COMMON: { formats: commonFormats, decoders: commonDecoders },
  ALL: {
    formats: [...commonFormats, ...rareFormats],
    decoders: [...commonDecoders, ...rareVideoDecoders, ...rareAudioDecoders, ...rareSubtitleDecoders],
  },
};
