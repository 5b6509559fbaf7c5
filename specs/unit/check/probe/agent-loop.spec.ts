import { describe, expect, test } from 'vitest';
import { runAgent } from './run-agent.ts';

/** Runs the loop until a handler dies with "end", and returns @events. */
const loop = (script: string, result = '\\@events') =>
  runAgent(`
    my @events;
    my $note = sub { my @words = @_; sub { push @events, @words } };
    my $end = sub { die "end\\n" };
    ${script};
    eval { Loop::run(); 1 } or $@ eq "end\\n" or die $@;
    ${result}`);

describe('Timers', () => {
  test('are called in the order of their start when due at the same time, else by due time', () => {
    expect(
      loop(`
        Loop::after(0.1, sub { push @events, 'later'; $end->() });
        Loop::after(0, $note->('first'));
        Loop::after(0, $note->('second'))`),
    ).toEqual(['first', 'second', 'later']);
  });

  test('are called in the order of their times if the loop comes late to several', () => {
    expect(
      loop(`
        my $other;
        Loop::after(0.02, sub { push @events, 'limit'; Loop::cancel($other); $end->() });
        $other = Loop::after(0.01, $note->('half of it'));
        select undef, undef, undef, 0.05`),
    ).toEqual(['half of it', 'limit']);
  });

  test('are not called when cancelled, even by a timer that is due at the same time', () => {
    expect(
      loop(`
        my $other;
        Loop::after(0, sub { push @events, 'cancels'; Loop::cancel($other) });
        $other = Loop::after(0, $note->('cancelled'));
        Loop::cancel(Loop::after(0, $note->('never')));
        Loop::cancel(undef);
        Loop::after(0.01, $end)`),
    ).toEqual(['cancels']);
  });

  test('may start timers, and settle waits for those of its first rounds', () => {
    expect(
      loop(`
        Loop::settle(sub { push @events, 'settled'; $end->() });
        Loop::after(0.002, sub { Loop::after(0.002, $note->('started in between')) })`),
    ).toEqual(['started in between', 'settled']);
  });
});

describe('Handles', () => {
  test('are read while they are watched, and a closed one is read to its end', () => {
    expect(
      loop(`
        pipe my $from, my $to or die;
        syswrite $to, 'abc';
        close $to;
        Loop::on_readable($from, sub {
          sysread($from, my $bytes, 2) or $end->();
          push @events, $bytes;
        })`),
    ).toEqual(['ab', 'c']);
  });

  test('closed by an earlier handler are not called, nor new ones with the same number', () => {
    expect(
      loop(`
        my @pipes = map { pipe my $from, my $to or die; syswrite $to, 'x'; [$from, $to] } 1 .. 2;
        my ($first, $second) = map { $_->[0] } @pipes;
        Loop::on_readable($first, sub {
          push @events, 'first';
          Loop::drop($second);
          Loop::drop($first);
          pipe my $reused, my $unused or die;
          push @pipes, [$reused, $unused];
          Loop::on_readable($reused, $note->('reused'));
        });
        Loop::on_readable($second, $note->('second'));
        Loop::after(0.01, $end)`),
    ).toEqual(['first']);
  });

  test('beyond the limit are refused, and permanent ones leave descriptors to connections', () => {
    expect(
      loop(
        `
        ($Loop::MAX_HANDLES, $Loop::MAX_PERMANENT) = (6, 4);
        my @handles = map { open my $null, '<', '/dev/null' or die; $null } 1 .. 5;
        for my $handle (@handles) {
          push @events, join ' ', (Loop::has_room($handle) ? 'room' : 'full'),
            map { eval { $_->($handle); 'ok' } // $@ =~ s/\\n//r }
              sub { Loop::require_room(shift) }, sub { Loop::on_readable(shift, sub { }) };
          Loop::forget($handle);
        }
        Loop::after(0, $end)`,
      ),
    ).toEqual([
      'room ok ok',
      'room no file descriptor left for another namespace ok',
      'room no file descriptor left for another namespace ok',
      ...Array.from(
        { length: 2 },
        () =>
          'full no file descriptor left for another namespace more than 6 file descriptors are open',
      ),
    ]);
  });
});
