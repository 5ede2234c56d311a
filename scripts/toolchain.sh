# Finds, and where needed sets up, all that a build takes: a Rust compiler with
# the wasm32 target, cargo-leptos, wasm-bindgen and wasm-opt. Sourced by
# `scripts/with-toolchain`; afterwards PATH and the CARGO_… variables point at
# what was found.
#
# Two kinds of machine are served by the same commands:
#   - most: rustup adds the target in seconds, tools may be downloaded;
#   - no network but the package registries: Debian's own compiler, whose
#     package lacks the wasm32 standard library but has its source, which is
#     built here once (40 s).
# What was built is kept in the user's cache, keyed by version, outside the
# clone: a second clone builds none of it again.

cache="${XDG_CACHE_HOME:-$HOME/.cache}/view-counter"
tools="$cache/tools"

say() { printf '==> %s\n' "$*" >&2; }

die() {
  printf 'error: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '       %s\n' "$line" >&2; done
  exit 1
}

# sha256 ARGUMENTS…: sha256sum, or what macOS has in its place.
sha256() {
  if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

# as_root WHY COMMAND…: runs it when we may, otherwise prints it and stops.
# Never calls sudo: asking for the right is the user's decision.
as_root() {
  local why=$1
  shift
  if [ "$(id -u)" = 0 ]; then
    say "$why: $*"
    "$@" >&2 || die "this failed: $*"
  else
    die "$why. That takes root; run this, then try again:" "sudo $*"
  fi
}

apt_install() {
  local why=$1
  shift
  # A list as old as the machine's image names old versions. Only as root: the
  # command that others are told to run must be one line.
  if [ "$(id -u)" = 0 ]; then
    say "refreshing the package lists: apt-get update"
    apt-get update -q >&2 || say "they could not be refreshed; going on with those there are"
  fi
  as_root "$why" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "$@"
}

# --- the compiler and its wasm32 target --------------------------------------

debian_packages="rustc-web cargo-web rust-web-src lld-19 rustfmt-web rust-web-clippy"

has_wasm_std() { [ -d "$("$1" --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ]; }

# Debian's compiler and a standard library built from its source.
use_debian_compiler() {
  local package missing=
  for package in $debian_packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=" $package"
  done
  # An old one is upgraded by the same command.
  if [ -n "$missing" ] || ! new_enough /usr/bin/rustc; then
    # shellcheck disable=SC2086 # a list of package names
    apt_install "installing Debian's Rust, which can build for wasm32" $debian_packages
    new_enough /usr/bin/rustc ||
      die "Debian's Rust is $(/usr/bin/rustc --version), and this needs $(wanted_rust) or newer." \
        "Is the security archive among apt's sources? It has the newer one."
  fi

  export PATH="/usr/bin:$PATH" RUSTC=/usr/bin/rustc
  local sysroot
  sysroot="$cache/wasm32-std-$(rustc -vV | sed -n 's/^commit-hash: \(.\{9\}\).*/\1/p;s/^release: //p' | tr '\n' '-')v1"
  [ -d "$sysroot" ] || build_wasm_std "$sysroot"
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-19
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="--sysroot $sysroot"
  link_with_lld
}

# Rust links with lld on this platform by itself, but Debian's is built without, and GNU ld
# is slower.
link_with_lld() {
  local host
  host=$(rustc -vV | sed -n 's/^host: //p' | tr 'a-z-' 'A-Z_')
  export "CARGO_TARGET_${host}_RUSTFLAGS=-Clink-arg=-fuse-ld=lld -Clink-arg=-B/usr/lib/llvm-19/bin"
}

build_wasm_std() {
  local sysroot=$1 work lib
  say "building the wasm32 standard library, once (about a minute)"
  mkdir -p "$cache"
  work=$(mktemp -d "$cache/wasm32-std.XXXXXX")
  mkdir "$work/src"
  printf '[package]\nname = "dummy"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n' >"$work/Cargo.toml"
  printf '#![no_std]\n' >"$work/src/lib.rs"
  # Objects and bitcode both, without LTO: such rlibs link with and without it.
  (cd "$work" && RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=target \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=-Cembed-bitcode=yes \
    cargo build --release --target wasm32-unknown-unknown -Zbuild-std=std,panic_abort >&2) ||
    { rm -rf "$work"; die "the wasm32 standard library did not build (see above)"; }
  lib="$work/sysroot/lib/rustlib/wasm32-unknown-unknown/lib"
  mkdir -p "$lib"
  cp "$work"/target/wasm32-unknown-unknown/release/deps/*.rlib "$lib/"
  rm -f "$lib"/libdummy*
  mv "$work/sysroot" "$sysroot"
  rm -rf "$work"
}

# The oldest Rust that will do.
wanted_rust() { sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml; }

# new_enough RUSTC: whether it is at least that.
new_enough() {
  local have want
  want=$(wanted_rust)
  have=$("$1" -vV | sed -n 's/^release: //p')
  [ "$(printf '%s\n%s\n' "$want" "$have" | sort -V | head -n 1)" = "$want" ]
}

ensure_compiler() {
  if command -v rustc >/dev/null && new_enough rustc; then
    if has_wasm_std rustc; then return; fi
    if command -v rustup >/dev/null; then
      say "adding the wasm32 target with rustup"
      if rustup target add wasm32-unknown-unknown >&2; then return; fi
      say "rustup cannot fetch it; using the distribution's compiler instead"
    fi
  fi
  if apt-cache show rustc-web >/dev/null 2>&1 || [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    use_debian_compiler
    return
  fi
  die "this needs Rust $(wanted_rust) or newer with the wasm32-unknown-unknown target." \
    "With rustup: rustup update stable && rustup target add wasm32-unknown-unknown" \
    "Without: https://rustup.rs, or your distribution's Rust and its wasm32 standard library."
}

# What readers download is not to say where it was built, and by whom. cargo splits
# these flags at spaces, so a path that has one is left as it is.
forget_paths() {
  local cargo_home=${CARGO_HOME:-$HOME/.cargo}
  [[ $cargo_home$PWD != *' '* ]] || return 0
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="${CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS:-} --remap-path-prefix=$cargo_home=/cargo --remap-path-prefix=$PWD=/view-counter"
}

# --- cargo-leptos, wasm-bindgen, wasm-opt ------------------------------------

# install_crate CRATE VERSION EXTRA-CARGO-ARGS…: into the cache. Prebuilt if
# cargo-binstall is there and finds one, else compiled.
install_crate() {
  local crate=$1 version=$2 root="$tools/$1-$2"
  shift 2
  if [ ! -d "$root/bin" ]; then
    local work
    mkdir -p "$tools"
    work=$(mktemp -d "$tools/$crate.XXXXXX")
    if command -v cargo-binstall >/dev/null &&
      cargo binstall --no-confirm --root "$work" "$crate@$version" >&2; then
      :
    else
      say "compiling $crate $version, once (a few minutes; cargo-binstall would make it seconds)"
      # They only drive other tools: compile time matters, their speed does not.
      CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=0 \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_TARGET_DIR="$work/target" \
        cargo install "$crate" --version "$version" --root "$work" "$@" >&2 ||
        { rm -rf "$work"; die "$crate $version did not compile (see above)"; }
    fi
    rm -rf "$work/target"
    mv "$work" "$root"
  fi
  export PATH="$root/bin:$PATH"
}

ensure_wasm_opt() {
  local root="$tools/binaryen-$BINARYEN_VERSION"
  if [ ! -x "$root/node_modules/.bin/wasm-opt" ]; then
    if ! command -v npm >/dev/null; then
      # cargo-leptos takes a wasm-opt from PATH, and else downloads one.
      say "npm is not here: leaving wasm-opt to cargo-leptos, which downloads it"
      return
    fi
    say "installing wasm-opt $BINARYEN_VERSION"
    mkdir -p "$root"
    npm install --silent --no-audit --no-fund --prefix "$root" "binaryen@$BINARYEN_VERSION" >&2 ||
      { rm -rf "$root"; die "npm could not install binaryen (wasm-opt)"; }
  fi
  export PATH="$root/node_modules/.bin:$PATH"
}

ensure_tools() {
  local bindgen
  bindgen=$(sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"$/\1/p;}' Cargo.lock)
  [ -n "$bindgen" ] || die "Cargo.lock names no version of wasm-bindgen"
  install_crate cargo-leptos "$CARGO_LEPTOS_VERSION" --locked
  install_crate wasm-bindgen-cli "$bindgen"
  ensure_wasm_opt
}
