import { expect, test } from 'vitest';
import { runAgent } from './run-agent.ts';

test('A packet that comes at the end of the last reading was let in if the firewall let it in', () => {
  // The socket behind the firewall is read first. Then, while the agent reads own packets at the network card, one more comes.
  const found = runAgent(`
    use Socket;
    no warnings 'redefine';
    socketpair my $to_input, my $input, AF_UNIX, SOCK_DGRAM, 0 or die;
    socketpair my $to_nic, my $nic, AF_UNIX, SOCK_DGRAM, 0 or die;
    *Captures::open_input = sub { $input };
    *Captures::open_taps = sub { $nic };
    my $packet = sub { pack('CCnnnCCnN2', 0x45, 0, 28, 0, 0, 64, 17, 0, shift, 1) . pack('n4', 9, 7946, 8, 0) };
    my ($is_last, $has_come) = (0, 0);
    *Captures::is_outgoing = sub {
      return 0 if !$is_last || $has_come++;
      for ($to_input, $to_nic) { send $_, $packet->(0x0a000001), 0 or die "send: $!" }
      # The host is busy: the time of the last round is over.
      select undef, undef, undef, 0.02;
      return 1;
    };
    my $settle = \\&Loop::settle;
    *Loop::settle = sub {
      $is_last ||= ($_[1] // 3) == 1;
      send $to_nic, $packet->(0x0a000002), 0 or die "send: $!";
      $settle->(@_);
    };
    my $answer;
    Sniff::start(sub {}, sub { die @_ }, 'udp', 7946, '10.0.0.1');
    Sniff::report(sub { $answer = shift; die "over\\n" }, sub { die @_ }, 'udp', 7946);
    eval { Loop::run() };
    die $@ if $@ ne "over\\n";
    $answer`);
  expect(found).toEqual({ nic: ['10.0.0.1'], input: ['10.0.0.1'] });
});
