import { expect, test } from 'vitest';
import { runAgent } from './run-agent.ts';

const KEY = '5d1f0c8be6a94f27b0d3a1c45e7f9b26f4faae1b';

/** Returns the state of a kernel with that key, as iproute2 6.15 prints it. */
function stateWith(key: string): string {
  return [
    'src 192.168.77.101 dst 192.168.77.102',
    '\tproto esp spi 0xf4faae1b reqid 13681891 mode transport',
    '\treplay-window 0 ',
    `\taead rfc4106(gcm(aes)) 0x${key} 64`,
    '\tanti-replay context: seq 0x0, oseq 0x2a, bitmap 0x00000000',
    '\tsel src 0.0.0.0/0 dst 0.0.0.0/0 ',
    '',
  ].join('\n');
}

/** Returns the agent's answer if `ip` prints this. */
function answerFor(state: string, salt = '0123456789abcdef', code = 0, stderr = ''): unknown {
  return runAgent(
    `
    no warnings 'redefine';
    my ($state, $salt, $code, $stderr) = @ARGV;
    my $answer;
    *Programs::run = sub {
        my ($succeed, $fail, $namespace, $limit, $program, $command, $part) = @_;
        my $stdout = $part eq 'state' ? $state : 'src 192.168.77.101/32 dst 192.168.77.102/32 proto udp dport 4789 ';
        $succeed->({ exitCode => \\$code, signal => \\0, cut => \\'false', stdout => $stdout, stderr => $stderr });
    };
    eval { Encryption::report(sub { $answer = shift }, sub { $answer = "failed: $_[0]" }, $salt); 1 }
        or $answer = "died: $@";
    $answer`,
    state,
    salt,
    `${code}`,
    stderr,
  );
}

test('A key is replaced by a digest, and nothing else is', () => {
  const answer = answerFor(stateWith(KEY));
  expect(answer).toEqual({
    state: expect.stringMatching(/aead rfc4106\(gcm\(aes\)\) digest:[./\dA-Za-z]{43} 64\n/),
    policy: 'src 192.168.77.101/32 dst 192.168.77.102/32 proto udp dport 4789 ',
  });
  const text = JSON.stringify(answer);
  expect(text).not.toContain(KEY);
  expect(text).not.toContain(KEY.slice(0, 12));
  expect(text).toContain('spi 0xf4faae1b reqid 13681891');
  expect(text).toContain('oseq 0x2a, bitmap 0x00000000');
});

test('Digests are equal for equal keys with the same salt only', () => {
  const one = answerFor(stateWith(KEY));
  expect(answerFor(stateWith(KEY))).toEqual(one);
  expect(answerFor(stateWith(KEY.replace('5d', '5e')))).not.toEqual(one);
  expect(answerFor(stateWith(KEY), 'fedcba9876543210')).not.toEqual(one);
});

test('A key that the kernel hides is no digest', () => {
  expect(answerFor(stateWith('0'.repeat(40)))).toMatchObject({
    state: expect.stringContaining('rfc4106(gcm(aes)) hidden 64'),
  });
});

test('A failure of the program has no key in its message', () => {
  expect(answerFor('', undefined, 2, `RTNETLINK answers: 0x${KEY} refused\n`)).toMatch(
    /^failed: ip xfrm state: RTNETLINK answers: digest:\S+ refused/,
  );
});

test('A salt that is none, and more keys than the agent accepts, are refused', () => {
  expect(answerFor(stateWith(KEY), '$5$')).toBe('died: invalid salt\n');
  const many = Array.from({ length: 2001 }, (_, at) => `0x${`${at + 1}`.padStart(40, 'a')}`);
  expect(answerFor(many.join(' '))).toBe('failed: more than 2000 keys');
});
