import { setup } from "./setup.ts";

/**
 * The launcher before bubblewrap, for steps that need the worker's rights: it enters the program's control
 * group, exposes paths that only root can reach, and gives up root. It becomes bubblewrap in the same
 * process: bubblewrap asks the kernel to be killed with its parent, which must be the worker. An intermediate
 * root process without capabilities, like bubblewrap itself, could not kill processes of another user.
 */
export const prepareScript = String.raw`${setup}
# SIGTERM goes to the whole group and is the program's business: bubblewrap would take the program with it.
$SIG{$_} = "IGNORE" for qw(TERM INT HUP);
join_groups();
my ($bind, $private, $plain) = (0x5000, 0x44000, 0x6);
my ($nothing, $root, $memory, $mode) = ("none", "/", "tmpfs", "mode=711");
if ($given{stage}) {
  my $stage = $given{stage}[0];
  call("unshare", 0x20000) == 0 or fail "unshare";
  call("mount", $nothing, $root, $nothing, $private, 0) == 0 or fail "mount $root";
  call("mount", $nothing, $stage, $memory, $plain, $mode) == 0 or fail "mount $stage";
  my $count = 0;
  for my $path (@{$given{staged}}) {
    my $at = "$stage/" . $count++;
    if (-d $path) { mkdir $at or fail $at } else { open my $file, ">", $at or fail $at }
    call("mount", $path, $at, $nothing, $bind, 0) == 0 or fail "mount $path";
  }
}
step_down();
# Bubblewrap asks for the same, later.
die_with_parent();
exec { $ARGV[0] } @ARGV or fail $ARGV[0];
`;
