# Notes from which of the named addresses packets come to a port of the host. Others are not noted: an address is easily
# made up, a million of them too.

package Overhears;

use strict;
use warnings;

my $MSG_DONTWAIT = 0x40;

my %NUMBERS = (tcp => 6, udp => 17);

# By transport and port: {from, nic, input}, each by source address.
my %heard;

# overhear tcp|udp PORT ADDRESS… → []
sub start {
    my ($succeed, $fail, $transport, $port, @sources) = @_;
    my $number = $NUMBERS{$transport} // die "no transport $transport\n";
    if (!$heard{"$transport $port"}) {
        my $heard = $heard{"$transport $port"} = { from => {}, nic => {}, input => {} };
        my $filter = Captures::assemble(
            [0x30, 9, '', ''], [0x15, $number, '', 'drop'],
            [0x28, 22, '', ''], [0x15, $port, '', 'drop'],
            [0x06, 64, '', ''], 'drop', [0x06, 0, '', ''],
        );
        listen_to(Captures::open_taps(), $filter, $heard, 'nic');
        listen_to(Captures::open_input($number), $filter, $heard, 'input');
    }
    $heard{"$transport $port"}{from}{$_} = 1 for @sources;
    $succeed->([]);
}

sub listen_to {
    my ($socket, $filter, $heard, $where) = @_;
    Captures::watch($socket, $filter);
    Loop::on_readable($socket, sub {
        for (1 .. 64) {
            my $from = recv $socket, my $bytes, 64, $MSG_DONTWAIT;
            return if !defined $from;
            note($heard, $where, Packets::address(unpack 'x12 N', $bytes)) if !Captures::is_outgoing($from);
        }
    });
}

sub note {
    my ($heard, $where, $source) = @_;
    $heard->{$where}{$source} = 1 if $heard->{from}{$source};
}

# overheard tcp|udp PORT → {nic: addresses, input: addresses}: whose packets came, and whose the firewall let in
sub tell {
    my ($succeed, $fail, $transport, $port) = @_;
    my $noted = $heard{"$transport $port"} // die "nobody listens to $transport $port\n";
    Loop::settle(sub { $succeed->({ map { $_ => [sort keys %{ $noted->{$_} }] } qw(nic input) }) });
}

1;
