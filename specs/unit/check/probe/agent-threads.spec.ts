import { expect, test } from 'vitest';
import { runAgent } from './run-agent.ts';

/** The agent's response for an engine with these names in folders and these namespaces of paths. */
function threadsOf(names: Record<string, readonly string[]>, namespaces: Record<string, string>) {
  const perl = (value: unknown): string =>
    Array.isArray(value)
      ? `[${value.map(perl).join(',')}]`
      : typeof value === 'object' && value !== null
        ? `{${Object.entries(value)
            .map(([name, one]) => `'${name}' => ${perl(one)}`)
            .join(',')}}`
        : `'${String(value)}'`;
  return runAgent(`
    my ($names, $namespaces, $answer) = (${perl(names)}, ${perl(namespaces)});
    no warnings 'redefine';
    *Threads::find_engine = sub { 68 };
    *Threads::names = sub { @{ $names->{$_[0]} // [] } };
    *Threads::identity = sub { $namespaces->{$_[0]} };
    Threads::report(sub { $answer = shift });
    $answer`);
}

test('Threads are stuck if no host, overlay or container has their namespace', () => {
  // From an engine 20.10.5 whose container was restarted 20 times; 71 serves the overlay.
  const answer = threadsOf(
    {
      '/proc/68/task': ['68', '71', '86', '90'],
      '/proc/68/root/run/docker/netns': ['21-2dbb6e52b', '701dc78d2d0e', 'default'],
    },
    {
      '/proc/1/ns/net': '4:4026539036',
      '/proc/68/task/68/ns/net': '4:4026539036',
      '/proc/68/task/71/ns/net': '4:4026532177',
      '/proc/68/task/86/ns/net': '4:4026532181',
      '/proc/68/root/run/docker/netns/21-2dbb6e52b': '4:4026532177',
      '/proc/68/root/run/docker/netns/701dc78d2d0e': '4:4026532625',
      // The thread that created it was stuck.
      '/proc/68/root/run/docker/netns/default': '4:4026532181',
    },
  );
  // Thread 90 has ended.
  expect(answer).toEqual({ threads: 4, stuck: ['86'] });
});

test('A host without an engine has no threads', () => {
  expect(
    runAgent(`
      no warnings 'redefine';
      my $answer;
      *Threads::names = sub { () };
      Threads::report(sub { $answer = shift });
      $answer`),
  ).toEqual({ threads: 0, stuck: [] });
});
