#!/bin/sh
# Types, lint with type information (the direction of imports in helpers/ is part of it), format, what nobody uses, workflow files.
set -eu
# Of four checkers, its default, each checks the types again that all share.
tsc --noEmit --checkers 2
oxlint --type-aware --deny-warnings
biome format .
knip
node .ci/check-workflows.ts
