import { relay } from "./relay.ts";
import { setup } from "./setup.ts";

/**
 * The launcher inside bubblewrap, which has set up everything but limits. It stays beside the program:
 * forwards the source, records the program's wait status for the worker (bubblewrap turns a signal into a
 * number that could be an exit code), and kills leftover processes.
 */
export const superviseScript = String.raw`${setup}${relay}
$SIG{$_} = "IGNORE" for qw(TERM INT HUP PIPE);
offer();
# By its name: the descriptor may have been handed over for reading only.
open my $status, ">", "/proc/self/fd/$given{status}[0]" or fail "status";
# From here on the program can read nothing of this process.
call("prctl", 4, 0, 0, 0, 0);
relay($given{relay}[0]) if $given{relay};
defined(my $program = fork) or fail "fork";
if (!$program) { limit(); enter(); become() }
1 until waitpid($program, 0) == $program;
my $ended = $?;
syswrite $status, $ended;
kill KILL => -1;
exit($ended & 127 ? 128 + ($ended & 127) : $ended >> 8);
`;
