/**
 * Shared start of all launchers. They are Perl because `perl-base` is part of every Debian and Ubuntu image,
 * starts in milliseconds and can make any system call, so nothing is compiled for the host; few images have
 * Python, which starts four times as slowly. Arguments are directives, one per word (`rlimit=7:256`), then
 * `--`, the program and its arguments.
 */
export const setup = String.raw`
use strict; no warnings; $^F = 2;
my %given;
while (@ARGV && (my $word = shift @ARGV) ne "--") { push @{$given{$1}}, $2 if $word =~ /^(\w+)=(.*)$/s }
my %number = map { split /:/ } @{$given{call}};
sub fail { syswrite STDERR, "jail: $_[0]: $!\n"; exit 126 }
sub call { my $name = shift; return syscall($number{$name}, @_) }

# The kernel ends programs, not the worker, when memory runs out.
sub offer { open my $score, ">", "/proc/self/oom_score_adj" or return; syswrite $score, 1000 }

# Every process that this one starts is counted with it.
sub join_groups { for (@{$given{group}}) { open my $members, ">", $_ or fail $_; syswrite $members, "0" or fail $_ } }

# A user's own group, to which its folders belong, has the user's number.
sub step_down {
  my ($user, $group) = map { $_ + 0 } split /:/, ($given{user} ? $given{user}[0] : return);
  my $groups = pack "LL", $group, $user;
  call("setgroups", 2, $groups) == 0 or fail "setgroups";
  call("setresgid", $group, $group, $group) == 0 or fail "setresgid";
  call("setresuid", $user, $user, $user) == 0 or fail "setresuid";
}

# Killed with the worker. One that ended before this call is no parent any more.
sub die_with_parent {
  call("prctl", 1, 9, 0, 0, 0) == 0 or fail "prctl";
  getppid() == $given{parent}[0] or exit 126;
}

# Only root may raise a limit, and a service manager or a container engine may have set lower ones.
sub limit {
  for (@{$given{rlimit}}) {
    my ($resource, $soft, $hard) = split /:/;
    my $present = "\0" x 16;
    call("prlimit64", 0, $resource + 0, 0, $present) == 0 or fail "read limit $resource";
    my $most = (unpack "QQ", $present)[1];
    my $pair = pack "QQ", map { $_ > $most ? $most : $_ } $soft, $hard;
    call("prlimit64", 0, $resource + 0, $pair, 0) == 0 or fail "limit $resource";
  }
}

sub enter {
  chdir $given{cwd}[0] or fail $given{cwd}[0];
  %ENV = map { /^(.*?)=(.*)$/s } @{$given{env}};
  $SIG{$_} = "DEFAULT" for qw(TERM INT HUP PIPE CHLD);
}

sub become {
  call("close_range", 3, 0xffffffff, 0) == 0 or fail "close_range";
  exec { $ARGV[0] } @ARGV or fail $ARGV[0];
}
`;

/** System calls of `join_groups`, `step_down` and `die_with_parent`. */
export const setupCalls = ["setgroups", "setresgid", "setresuid", "prctl"] as const;

/**
 * Their directives: the worker, the files of the control group, and if the worker is root, the program's
 * user.
 */
export const setupDirectives = (
  group: { memberFiles: readonly string[] } | undefined,
  { uid, gid }: { uid?: number; gid?: number },
): string[] => [
  `parent=${process.pid}`,
  ...(group?.memberFiles ?? []).map((file) => `group=${file}`),
  ...(uid === undefined ? [] : [`user=${uid}:${gid}`]),
];
