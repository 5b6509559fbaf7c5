# Sets the folder in which Node.js keeps compiled code; without it, the types of the modules would be stripped again in
# each call. Node.js itself would create the folder with the user's umask, and others could change code that root runs.
if [ -n "${XDG_CACHE_HOME:-}${HOME:-}" ]; then
  NODE_COMPILE_CACHE="${XDG_CACHE_HOME:-${HOME:-}/.cache}/overlay-e2e/compiled"
  # On a read-only disk, Node.js works without it.
  [ -d "$NODE_COMPILE_CACHE" ] || (umask 077 && mkdir -p "$NODE_COMPILE_CACHE") 2>/dev/null || true
  export NODE_COMPILE_CACHE
fi
