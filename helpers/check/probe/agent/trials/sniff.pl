# Records which of the given addresses send packets to a port of the host. Other addresses are ignored: a million of
# them is easily forged.

package Sniff;

use strict;
use warnings;

my $MSG_DONTWAIT = 0x40;

my %NUMBERS = (tcp => 6, udp => 17, esp => 50);

# By transport and port: {from, nic, input}, each a set of source addresses.
my %sniffers;

# sniff tcp|udp|esp PORT ADDRESS… → []
#
# ESP has no ports: its port is 0.
sub start {
    my ($succeed, $fail, $transport, $port, @sources) = @_;
    my $number = $NUMBERS{$transport} // die "unknown transport: $transport\n";
    if (!$sniffers{"$transport $port"}) {
        my $sniffer = $sniffers{"$transport $port"} = { from => {}, nic => {}, input => {} };
        my $filter = Captures::assemble(
            [0x30, 9, '', ''], [0x15, $number, '', 'drop'],
            ($transport eq 'esp' ? () : ([0x28, 22, '', ''], [0x15, $port, '', 'drop'])),
            [0x06, 64, '', ''], 'drop', [0x06, 0, '', ''],
        );
        # First behind the firewall: a packet that only the other one records was not let in.
        sniff_socket(Captures::open_input($number), $filter, $sniffer, 'input');
        sniff_socket(Captures::open_taps(), $filter, $sniffer, 'nic');
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

# sniffed tcp|udp|esp PORT → {nic: addresses, input: addresses}, at any network device and behind the firewall
sub report {
    my ($succeed, $fail, $transport, $port) = @_;
    my $sniffer = $sniffers{"$transport $port"} // die "no sniffer for $transport $port\n";
    Loop::settle(sub {
        my @nic = sort keys %{ $sniffer->{nic} };
        # Another round: the copy behind the firewall of a packet that has just come is read after that of the card.
        Loop::settle(sub { $succeed->({ nic => \@nic, input => [sort keys %{ $sniffer->{input} }] }) }, 1);
    });
}

1;
