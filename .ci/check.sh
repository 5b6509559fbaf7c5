#!/bin/sh
# Types, lint with type information (the direction of imports in helpers/ is part of it), format, unused code, workflow files, prose.
set -eu
# Of four checkers, its default, each checks the types again that all share.
tsc --noEmit --checkers 2
oxlint --type-aware --deny-warnings
biome format .
knip
node .ci/check-workflows.ts
node .ci/check-prose.ts
