#!/bin/sh
# Types, lint with type information (the direction of imports in helpers/ is part of it), format, unused code, workflow files, prose.
set -eu
# With four checkers, the default, each checks the shared types again.
tsc --noEmit --checkers 2
oxlint --type-aware --deny-warnings
biome format .
knip
node .ci/check-workflows.ts
# Runs: npm run prose
node .ci/check-prose.ts
