# Sourced by what runs on Node: whether it is here, and the packages of a folder.

# require_node WHO
require_node() {
  local want=20 have
  command -v node >/dev/null && command -v npm >/dev/null ||
    die "$1 need Node $want or newer, with npm" \
      "From https://nodejs.org, or your distribution's packages nodejs and npm."
  have=$(node -p 'process.versions.node.split(".")[0]')
  [ "$have" -ge "$want" ] || die "$1 need Node $want or newer; this is $(node --version)"
}

# ensure_packages WHO: those of this folder's package-lock.json.
ensure_packages() {
  # npm writes this file last, so it is as old as the installation.
  [ node_modules/.package-lock.json -nt package-lock.json ] && return
  say "installing the npm packages of $1"
  npm ci --no-audit --no-fund >&2 || die "npm could not install ${PWD##*/}/package-lock.json"
}
