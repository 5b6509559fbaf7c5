# The agent of a probe: one process with one event loop. It opens sockets in any namespace and keeps them, and forks
# only to run a program. PROTOCOL.md is the specification.
#
#   perl main.pl SECONDS [enter]

use strict;
use warnings;

my ($folder) = $0 =~ m{^(.*)/};
require "$folder/$_.pl"
    for qw(
        runtime/system runtime/loop runtime/json runtime/namespaces runtime/programs
        runtime/files runtime/sockets runtime/exchanges runtime/threads runtime/encryption runtime/ipvs
        trials/packets trials/links trials/expected trials/captures
        trials/listeners trials/trials trials/inject trials/sniff trials/follow
        trials/recorder
    );

my %verbs = (
    run => \&Programs::run,
    read => \&Files::read_all,
    list => \&Files::list,
    threads => \&Threads::report,
    encryption => \&Encryption::report,
    expect => \&Expected::add,
    capture => \&Captures::open_all,
    captured => \&Captures::report,
    listen => \&Listeners::open_all,
    received => \&Listeners::report,
    request => \&Trials::request_all,
    inject => \&Inject::inject_all,
    sniff => \&Sniff::start,
    sniffed => \&Sniff::report,
    follow => \&Follow::start,
    followed => \&Follow::report,
    send => \&Follow::send_one,
    record => \&Recorder::start,
    recorded => \&Recorder::report,
    results => \&Trials::report,
    exchange => \&Exchanges::exchange,
    idle => \&Ipvs::idle,
    balance => \&Ipvs::balance,
);

# Bytes of the longest command, which may contain a batch of packets.
my $MAX_COMMAND = 4_000_000;

# SIGALRM ends a process that does not catch it.
alarm($ARGV[0] // 60);
binmode $_ for *STDIN, *STDOUT;
Namespaces::enter_host(($ARGV[1] // '') eq 'enter');
respond(0, 'ok', Json::encode({ pid => \$$ }));

my $unread = '';
Loop::on_readable(*STDIN, sub {
    my $got = sysread(STDIN, $unread, 65_536, length $unread);
    exit 0 if !$got;
    die "a command of more than $MAX_COMMAND bytes\n" if length $unread > $MAX_COMMAND;
    while ((my $end = index $unread, "\n") >= 0) {
        my $line = substr $unread, 0, $end + 1, '';
        chomp $line;
        dispatch($line);
    }
});
Loop::run();

sub dispatch {
    my ($id, $name, @words) = map { s/%([0-9A-F]{2})/chr hex $1/ger } split / /, shift;
    my $verb = $verbs{$name};
    my $succeed = sub { respond($id, 'ok', Json::encode($_[0])) };
    my $fail = sub { respond($id, 'failed', $_[0]) };
    return $fail->("unknown verb $name") if !defined $verb;
    # An empty word is an empty string. `split` drops empty words at the end: no verb accepts one there.
    eval { $verb->($succeed, $fail, @words); 1 } or $fail->($@ =~ s/\n\z//r);
}

# Blocks while the client does not read, so that responses do not pile up in memory.
sub respond {
    my ($id, $status, $bytes) = @_;
    my $frame = "$id $status " . length($bytes) . "\n$bytes";
    while (length $frame) {
        my $written = syswrite STDOUT, $frame;
        exit 0 if !defined $written && !$!{EINTR};
        substr $frame, 0, $written // 0, '';
    }
}
