# Notes from which of the named addresses packets come to a port of the host. Others are not noted: an address is easily
# made up, a million of them too.

package Sniff;

use strict;
use warnings;

my $MSG_DONTWAIT = 0x40;

my %NUMBERS = (tcp => 6, udp => 17);

# By transport and port: {from, nic, input}, each by source address.
my %sniffers;

# overhear tcp|udp PORT ADDRESS… → []
sub start {
    my ($succeed, $fail, $transport, $port, @sources) = @_;
    my $number = $NUMBERS{$transport} // die "no transport $transport\n";
    if (!$sniffers{"$transport $port"}) {
        my $sniffer = $sniffers{"$transport $port"} = { from => {}, nic => {}, input => {} };
        my $filter = Captures::assemble(
            [0x30, 9, '', ''], [0x15, $number, '', 'drop'],
            [0x28, 22, '', ''], [0x15, $port, '', 'drop'],
            [0x06, 64, '', ''], 'drop', [0x06, 0, '', ''],
        );
        sniff_socket(Captures::open_taps(), $filter, $sniffer, 'nic');
        sniff_socket(Captures::open_input($number), $filter, $sniffer, 'input');
    }
    $sniffers{"$transport $port"}{from}{$_} = 1 for @sources;
    $succeed->([]);
}

sub sniff_socket {
    my ($socket, $filter, $sniffer, $where) = @_;
    Captures::prepare($socket, $filter);
    Loop::on_readable($socket, sub {
        for (1 .. 64) {
            my $from = recv $socket, my $bytes, 64, $MSG_DONTWAIT;
            return if !defined $from;
            record($sniffer, $where, Packets::address(unpack 'x12 N', $bytes)) if !Captures::is_outgoing($from);
        }
    });
}

sub record {
    my ($sniffer, $where, $source) = @_;
    $sniffer->{$where}{$source} = 1 if $sniffer->{from}{$source};
}

# overheard tcp|udp PORT → {nic: addresses, input: addresses}: whose packets came, and whose the firewall let in
sub report {
    my ($succeed, $fail, $transport, $port) = @_;
    my $sniffer = $sniffers{"$transport $port"} // die "no sniffer for $transport $port\n";
    Loop::settle(sub { $succeed->({ map { $_ => [sort keys %{ $sniffer->{$_} }] } qw(nic input) }) });
}

1;
