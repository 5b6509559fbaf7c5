#!/bin/sh
# Types, lint with type information, format. The direction of imports in helpers/ is part of the lint.
set -eu
tsc --noEmit
oxlint --type-aware --deny-warnings
biome format .
