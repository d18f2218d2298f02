import { syscallNumbers } from "../seccomp/syscalls.ts";

/** Capabilities that container engines leave to root. */
const kept = [
  ...["chown", "dac_override", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap"],
  ...["net_bind_service", "net_raw", "sys_chroot", "mknod", "audit_write", "setfcap"],
];

/** Classic BPF: the number of the call, then its first argument. */
const restrict = String.raw`
my ($prctl, $unshare, $setns, $mount, $clone, $clone3) = splice @ARGV, 0, 6;
sub line { pack "SCCL", @_ }
my $refuse = line(0x06, 0, 0, 0x50001);
my $filter = line(0x20, 0, 0, 0);
$filter .= line(0x15, 0, 1, $_) . $refuse for $unshare, $setns, $mount;
$filter .= line(0x15, 0, 1, $clone3) . line(0x06, 0, 0, 0x50026);
$filter .= line(0x15, 0, 3, $clone) . line(0x20, 0, 0, 16) . line(0x45, 0, 1, 0x7e020000) . $refuse;
$filter .= line(0x06, 0, 0, 0x7fff0000);
syscall($prctl, 38, 1, 0, 0, 0) == 0 or die "no_new_privs: $!";
my $program = pack "S x![P] P", length($filter) / 8, $filter;
syscall($prctl, 22, 2, $program, 0, 0) == 0 or die "seccomp: $!";
exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!";
`;

/**
 * The command under the default rules of container engines: without capabilities beyond theirs, without new
 * privileges, and with a filter that refuses namespaces and mounts.
 *
 * @param isRoot whether it runs as root
 */
export function likeAContainer(command: readonly string[], { isRoot }: { isRoot: boolean }): string[] {
  const numbers: Readonly<Record<string, number>> =
    process.arch === "arm64" ? syscallNumbers.arm64 : syscallNumbers.x64;
  const given = ["prctl", "unshare", "setns", "mount", "clone", "clone3"].map((name) => {
    const number = name === "clone3" ? 435 : numbers[name];
    if (number === undefined) throw new Error(`The call ${name} has no number.`);
    return String(number);
  });
  const bounds = ["-all", ...kept.map((name) => `+${name}`)].join(",");
  const limited = isRoot ? ["setpriv", "--inh-caps=-all", `--bounding-set=${bounds}`] : [];
  return [...limited, "perl", "-e", restrict, "--", ...given, ...command];
}
