# Sends data to a port and returns the data that comes back.

package Exchanges;

use strict;
use warnings;

# Bytes of an answer to keep.
my $MAX_ANSWER = 1_000_000;

# exchange NAMESPACE MILLISECONDS udp|tcp ADDRESS PORT HEX → {answer: HEX, error, connected, seconds}
sub exchange {
    my ($succeed, $fail, $namespace, $limit, $protocol, $address, $port, $hex) = @_;
    my $exchange = {
        succeed => $succeed,
        socket => Sockets::open_in($namespace, $protocol),
        is_stream => $protocol eq 'tcp',
        unsent => pack('H*', $hex // ''),
        answer => '',
        connected => 'false',
        began => System::now(),
    };
    my $socket = $exchange->{socket};
    if (!connect($socket, Sockets::address_of($address, $port)) && !Sockets::would_block()) {
        return finish($exchange, Sockets::name_of($! + 0));
    }
    $exchange->{timer} = Loop::after($limit / 1000, sub { finish($exchange, 'ETIMEDOUT') });
    Loop::on_writable($socket, sub { send_bytes($exchange) });
}

sub send_bytes {
    my $exchange = shift;
    my $socket = $exchange->{socket};
    my $error = Sockets::pending_error($socket);
    return finish($exchange, $error) if defined $error;
    $exchange->{connected} = 'true';
    my $written = syswrite $socket, $exchange->{unsent};
    return finish($exchange, Sockets::name_of($! + 0)) if !defined $written && !Sockets::would_block();
    substr $exchange->{unsent}, 0, $written // 0, '';
    return if length $exchange->{unsent};
    Loop::forget($socket);
    Loop::on_readable($socket, sub { receive_bytes($exchange) });
}

sub receive_bytes {
    my $exchange = shift;
    my $got = sysread $exchange->{socket}, $exchange->{answer}, 65_536, length $exchange->{answer};
    if (!defined $got) {
        finish($exchange, Sockets::name_of($! + 0)) if !Sockets::would_block();
        return;
    }
    my $is_whole = $got == 0 || !$exchange->{is_stream} || length $exchange->{answer} >= $MAX_ANSWER;
    finish($exchange, undef) if $is_whole;
}

sub finish {
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
