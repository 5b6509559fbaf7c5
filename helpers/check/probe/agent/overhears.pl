# Counts the packets that come to a port of the host, by where they are from: those too of engines that cannot be asked.

package Overhears;

use strict;
use warnings;

my $MSG_DONTWAIT = 0x40;

my %NUMBERS = (tcp => 6, udp => 17);

# By transport and port: {nic, input}, each by source address.
my %heard;

# overhear tcp|udp PORT → []
sub start {
    my ($succeed, $fail, $transport, $port) = @_;
    my $number = $NUMBERS{$transport} // die "no transport $transport\n";
    if (!$heard{"$transport $port"}) {
        my $counts = $heard{"$transport $port"} = { nic => {}, input => {} };
        my $filter = Captures::assemble(
            [0x30, 9, '', ''], [0x15, $number, '', 'drop'],
            [0x28, 22, '', ''], [0x15, $port, '', 'drop'],
            [0x06, 64, '', ''], 'drop', [0x06, 0, '', ''],
        );
        listen_to(Captures::open_taps(), $filter, $counts->{nic});
        listen_to(Captures::open_input($number), $filter, $counts->{input});
    }
    $succeed->([]);
}

sub listen_to {
    my ($socket, $filter, $counts) = @_;
    Captures::watch($socket, $filter);
    Loop::on_readable($socket, sub {
        my $from = recv $socket, my $bytes, 64, $MSG_DONTWAIT;
        return if !defined $from || Captures::is_outgoing($from);
        my $source = Packets::address(unpack 'x12 N', $bytes);
        $counts->{$source}++;
    });
}

# overheard tcp|udp PORT → {nic: addresses, input: addresses}: whose packets came, and whose the firewall let in
sub tell {
    my ($succeed, $fail, $transport, $port) = @_;
    my $counts = $heard{"$transport $port"} // die "nobody listens to $transport $port\n";
    Loop::settle(sub { $succeed->({ map { $_ => [sort keys %{ $counts->{$_} }] } qw(nic input) }) });
}

1;
