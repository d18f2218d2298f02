import { setup } from "./setup.ts";

/** Stands for the program's own process id in the filter, which only the launcher knows. */
export const OWN_PID_PLACEHOLDER = 0x5eed_5eed;

/**
 * The launcher without namespaces: restricts its own process with Landlock and the filter, and becomes the
 * program. The order matters: paths are opened before Landlock hides them, limits are set before the filter
 * refuses that, and the program follows directly after the filter.
 */
export const confineScript = String.raw`${setup}
setpgrp; offer(); join_groups(); step_down();
my ($abi, $files, $network, $scopes) = split /:/, $given{landlock}[0];
my $attributes = pack $abi >= 6 ? "QQQ" : "QQ", $files, $network, $scopes;
my $rules = call("landlock_create_ruleset", $attributes, length $attributes, 0);
$rules >= 0 or fail "landlock_create_ruleset";
for (@{$given{path}}) {
  my ($rights, $path) = split /:/, $_, 2;
  # O_PATH | O_CLOEXEC: a place, not to be read or written through.
  my $place = call("openat", -100, my $name = "$path\0", 0x280000, 0);
  $place >= 0 or fail $path;
  # Numbers, not the words' letters.
  $rights = ($rights + 0) & ($given{fileRights}[0] + 0) if !-d $path;
  my $rule = pack "Ql", $rights, $place;
  call("landlock_add_rule", $rules, 1, $rule, 0) == 0 or fail "landlock_add_rule $path";
}
for (@{$given{port}}) {
  my $rule = pack "QQ", 2, $_;
  call("landlock_add_rule", $rules, 2, $rule, 0) == 0 or fail "landlock_add_rule port $_";
}
open my $file, "<&=", $given{filter}[0] or fail "filter";
binmode $file;
sysread $file, my $filter, 65536;
my ($placeholder, $own) = (pack("V", $given{ownPid}[0]), pack("V", $$));
$filter =~ s/\Q$placeholder\E/$own/g;
limit();
enter();
call("prctl", 38, 1, 0, 0, 0) == 0 or fail "no_new_privs";
die_with_parent();
call("landlock_restrict_self", $rules, 0) == 0 or fail "landlock_restrict_self";
call("close_range", 3, 0xffffffff, 0) == 0 or fail "close_range";
my $program = pack "S x![P] P", length($filter) / 8, $filter;
call("prctl", 22, 2, $program, 0, 0) == 0 or fail "seccomp";
exec { $ARGV[0] } @ARGV or fail $ARGV[0];
`;
