#!/bin/sh
# Types, lint with type information (the direction of imports in helpers/ is part of it), format, what nobody uses, workflow files.
set -eu
tsc --noEmit
oxlint --type-aware --deny-warnings
biome format .
knip
node .ci/check-workflows.ts
