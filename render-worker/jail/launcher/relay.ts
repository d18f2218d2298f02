/**
 * Forwards connections from a port of the jail's loopback to the source server's Unix socket, the only shared
 * part of the worker's network. One process serves all connections; a peer that does not read is not written
 * to.
 */
export const relay = String.raw`
sub relay {
  my ($port, $path) = split /:/, $_[0], 2;
  require Socket;
  my $most = 262144;
  socket my $listener, 2, 1, 0 or fail "socket";
  bind $listener, Socket::pack_sockaddr_in($port, "\x7f\0\0\1") or fail "bind";
  listen $listener, 128 or fail "listen";
  defined(my $pid = fork) or fail "fork";
  return if $pid;
  my %end;
  my $open = sub {
    accept my $client, $listener or return;
    socket my $server, 1, 1, 0 or return;
    connect $server, Socket::pack_sockaddr_un($path) or return;
    my ($one, $other) = map { { handle => $_, out => "" } } $client, $server;
    ($one->{peer}, $other->{peer}) = ($other, $one);
    for ($one, $other) { fcntl $_->{handle}, 4, 2050; $end{fileno $_->{handle}} = $_ }
  };
  my $close = sub {
    my @both = ($_[0], $_[0]{peer});
    for (@both) { delete $end{fileno $_->{handle}}; close $_->{handle}; delete $_->{peer} }
  };
  while (1) {
    my ($in, $out) = ("", "");
    vec($in, fileno $listener, 1) = 1;
    for (keys %end) {
      vec($in, $_, 1) = 1 if !$end{$_}{ended} && length $end{$_}{peer}{out} < $most;
      vec($out, $_, 1) = 1 if length $end{$_}{out};
    }
    select($in, $out, undef, undef) > 0 or next;
    for my $number (keys %end) {
      my $one = $end{$number} or next;
      my $peer = $one->{peer};
      if (vec $out, $number, 1) {
        my $count = syswrite $one->{handle}, $one->{out};
        if (defined $count) { substr($one->{out}, 0, $count) = "" } elsif ($! != 11) { $close->($one); next }
      }
      if (vec $in, $number, 1) {
        my $count = sysread $one->{handle}, my $piece, $most;
        if ($count) { $peer->{out} .= $piece } elsif (defined $count) { $one->{ended} = 1 } elsif ($! != 11) { $close->($one); next }
      }
      for ([$one, $peer], [$peer, $one]) {
        my ($from, $to) = @$_;
        if ($from->{ended} && !length $to->{out} && !$to->{told}++) { shutdown $to->{handle}, 1 }
      }
      $close->($one) if $one->{told} && $peer->{told};
    }
    $open->() if vec $in, fileno $listener, 1;
  }
}
`;
