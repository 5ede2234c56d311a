# Two commands: `make run` and `make test`. Both set up what is missing first.

toolchain := scripts/with-toolchain

.PHONY: help build run dev test check rust-tests element element-tests tested-program \
	browser-tests dist dist-tests proxy-tests reuse-tests recipe-tests bench grow page-load fuzz deny clean

help: ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build the program and the site's files, optimised
	@$(toolchain) scripts/build

run: build ## Build, and serve the blog on http://127.0.0.1:3000
	@exec target/release/view-counter serve

dev: ## Serve the blog, and build and reload on every change
	@# A folder of its own, so that it does not disturb what `make run` serves. No
	@# hashed names: cargo-leptos gives them to the first build only.
	@LEPTOS_SITE_ROOT=target/dev-site LEPTOS_HASH_FILES=false $(toolchain) \
		cargo leptos watch -- serve --drafts --site-root target/dev-site

test: check rust-tests element-tests browser-tests reuse-tests ## Everything that must pass

check: ## Formatting and lints, for both targets and for the counter alone
	@$(toolchain) scripts/check

rust-tests: ## Unit, property, integration and fault tests
	@$(toolchain) cargo test --features ssr,blog --lib --bins --test server
	@$(toolchain) cargo test --features ssr,blog,embed --lib -- built_in site_files
	@$(toolchain) cargo test --features ssr,blog --doc
	@# They mostly wait: more of them at once than there are cores.
	@$(toolchain) cargo test --features ssr,blog --test faults -- --test-threads 16
	@# By itself: it measures the server's memory, and how long a crowd waits.
	@$(toolchain) cargo test --features ssr,blog --test hostile -- --nocapture
	@$(toolchain) cargo test --features ssr --lib
	@$(toolchain) cargo test --package view-counter-bench

element: ## Build the script for other sites, public/embed.js, which is committed
	@scripts/element

element-tests: ## That it is built, small, and lives by the component's rules
	@$(toolchain) scripts/element --check

tested-program: ## Build what the browser tests run
	@$(toolchain) scripts/build site
	@$(toolchain) cargo test --features ssr,blog --test server --no-run

browser-tests: tested-program ## The site in real Chromium, its core in Firefox and WebKit too, and pages by hand
	@scripts/browser-tests
	@VIEW_COUNTER_ELEMENT=1 scripts/browser-tests

reuse-tests: ## Applications with the counter and without the blog, in real browsers
	@$(toolchain) scripts/reuse
	@$(toolchain) scripts/added-size
	@VIEW_COUNTER_REUSE=1 scripts/browser-tests

recipe-tests: build ## What README and docs/embed.md print, from empty folders, with both programs
	@VIEW_COUNTER_RECIPES=1 scripts/browser-tests
	@program=$$($(toolchain) scripts/dist) && \
		VIEW_COUNTER_RECIPES=1 VIEW_COUNTER_PROGRAM=$$program scripts/browser-tests

dist: ## Build one program with the whole site in it, into dist/
	@$(toolchain) scripts/dist

dist-tests: tested-program ## That program, by itself and in real Chromium
	@program=$$($(toolchain) scripts/dist) && \
		VIEW_COUNTER_PROGRAM=$$program scripts/browser-tests

proxy-tests: tested-program ## The browser tests through nginx, Caddy and Apache
	@scripts/check-deploy
	@VIEW_COUNTER_THROUGH=nginx scripts/browser-tests
	@VIEW_COUNTER_THROUGH=caddy scripts/browser-tests
	@VIEW_COUNTER_THROUGH=apache scripts/browser-tests

bench: ## Measure the server beside what people would use instead
	@program=$$($(toolchain) scripts/dist) && \
		VIEW_COUNTER_PROGRAM=$$program $(toolchain) scripts/bench run $(ARGUMENTS)

grow: ## Measure how cost grows with readers, slugs and joins
	@program=$$($(toolchain) scripts/dist) && \
		VIEW_COUNTER_PROGRAM=$$program $(toolchain) scripts/bench grow $(ARGUMENTS)

page-load: build ## Measure what the counter costs a page that loads
	@cd benches/page-load && npm ci --silent --no-audit --no-fund && ./page-load

fuzz: ## Fuzz what strangers send, a minute for each target
	@scripts/fuzz 60

deny: ## Licences, sources and known vulnerabilities of all dependencies
	@scripts/deny

clean: ## Remove what was built (not the tools, which are in the user's cache)
	@rm -rf target dist element/node_modules end2end/node_modules end2end/recipes/*/node_modules benches/*/node_modules \
		examples/*/node_modules examples/*/dist
