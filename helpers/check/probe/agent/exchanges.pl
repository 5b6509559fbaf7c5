# Says something to a port, and gives what comes back.

package Exchanges;

use strict;
use warnings;

# Bytes of an answer that are kept.
my $MOST = 1_000_000;

# exchange NAMESPACE MILLISECONDS udp|tcp ADDRESS PORT HEX → {answer: HEX, error, connected, seconds}
# Of udp the answer is one packet, of tcp all that comes until the other side closes the connection. The error is that of
# the kernel, or ETIMEDOUT at the end of the time, also with what came until then.
sub exchange {
    my ($succeed, $fail, $namespace, $limit, $protocol, $address, $port, $hex) = @_;
    my $exchange = {
        succeed => $succeed,
        socket => Sockets::open_in($namespace, $protocol),
        is_stream => $protocol eq 'tcp',
        question => pack('H*', $hex // ''),
        answer => '',
        connected => 'false',
        began => System::now(),
    };
    my $socket = $exchange->{socket};
    if (!connect($socket, Sockets::address_of($address, $port)) && !Sockets::would_block()) {
        return end($exchange, Sockets::name_of($! + 0));
    }
    $exchange->{timer} = Loop::after($limit / 1000, sub { end($exchange, 'ETIMEDOUT') });
    Loop::on_writable($socket, sub { say($exchange) });
}

sub say {
    my $exchange = shift;
    my $socket = $exchange->{socket};
    my $error = Sockets::pending_error($socket);
    return end($exchange, $error) if defined $error;
    $exchange->{connected} = 'true';
    my $written = syswrite $socket, $exchange->{question};
    return end($exchange, Sockets::name_of($! + 0)) if !defined $written && !Sockets::would_block();
    substr $exchange->{question}, 0, $written // 0, '';
    return if length $exchange->{question};
    Loop::forget($socket);
    Loop::on_readable($socket, sub { hear($exchange) });
}

sub hear {
    my $exchange = shift;
    my $got = sysread $exchange->{socket}, $exchange->{answer}, 65_536, length $exchange->{answer};
    if (!defined $got) {
        end($exchange, Sockets::name_of($! + 0)) if !Sockets::would_block();
        return;
    }
    my $is_whole = $got == 0 || !$exchange->{is_stream} || length $exchange->{answer} >= $MOST;
    end($exchange, undef) if $is_whole;
}

sub end {
    my ($exchange, $error) = @_;
    Loop::cancel($exchange->{timer});
    Loop::drop($exchange->{socket});
    my $seconds = System::now() - $exchange->{began};
    $exchange->{succeed}->({
        answer => unpack('H*', $exchange->{answer}),
        error => $error,
        connected => \$exchange->{connected},
        seconds => \$seconds,
    });
}

1;
