/**
 * Variables that programs inherit from the worker. Everything else, credentials above all, stays with the
 * worker. Variables of GPU drivers are listed one by one, since `NVIDIA_API_KEY` is a secret.
 */
const handedOn = [
  ...["PATH", "LD_LIBRARY_PATH", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "SystemRoot"],
  ...["FONTCONFIG_PATH", "FONTCONFIG_FILE"],
  ...["CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "CUDA_MODULE_LOADING"],
  ...["NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES"],
  ...["LIBVA_DRIVER_NAME", "LIBVA_DRIVERS_PATH", "LIBVA_MESSAGING_LEVEL"],
  ...["ONEVPL_SEARCH_PATH", "ONEVPL_PRIORITY_PATH", "INTEL_MEDIA_RUNTIME"],
] as const;

/** A program's whole environment. `home`: its folder for temporary files. */
export function programEnvironment(
  home: string | undefined,
  from: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const kept = handedOn.flatMap((name) => {
    const value = from[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    ...(home !== undefined && { HOME: home, TMPDIR: home }),
    // npm's ffprobe is linked statically. The C library's character conversion, used for service names of an
    // MPEG-TS, crashes when it loads the system's modules; it works without a path to them.
    GCONV_PATH: "/nonexistent",
  };
}
