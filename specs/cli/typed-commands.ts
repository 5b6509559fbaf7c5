/** Commands of README and CONTRIBUTING that `readme.spec.ts` runs in this order, each with its expected output. */
export const typedCommands: Readonly<Record<string, RegExp>> = {
  'npx overlay-e2e doctor': /\nNothing is missing\.\n$/,
  'npx overlay-e2e up':
    /^seed is up after [^]*\nnext: npx overlay-e2e check .*\n +npx overlay-e2e down .*\n.* the database on the other host\n$/,
  'npx overlay-e2e check': /^✔ topology seed: healthy\n/,
  'npx overlay-e2e draw': /\bset-up\.svg\n[^]*index\.html\n/,
  'npx overlay-e2e down': /^Removed: .*worker-host/,
  'npm run unit -- specs/unit/docker/containers/parse-ping.spec.ts': allPassed(),
  'npm run e2e -- specs/seed/keystore.spec.ts': allPassed(),
};

function allPassed(): RegExp {
  return /\n✔ (\d+) of \1 tests passed\nreport: .*\/allure-report\/index\.html\n\n[1-9]\d* passed, 0 failed\n$/;
}
