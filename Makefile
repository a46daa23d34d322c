# Two commands for a fresh machine: make run, make test.
GO ?= go
OUT ?= progon-out
export GOFLAGS ?= -buildvcs=false

.PHONY: help run test check bench accuracy golden dictionary selftest clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## rehearse all scenarios with the built-in bot, write the report, print its path last
	@$(GO) run ./cmd/progon run --out $(OUT)

test: ## everything, with the race detector
	@.ci/servers.sh
	$(GO) test -race -timeout 20m ./...

check: ## formatting, vet, linters if they are installed, feature files, dictionary
	@test -z "$$(gofmt -l .)" || { echo "gofmt -w needed:"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	@if command -v golangci-lint >/dev/null; then golangci-lint run; else echo "golangci-lint is not installed: its part was skipped"; fi
	$(GO) run ./cmd/progon lint
	@$(GO) run ./cmd/progon steps | cmp - features/dictionary.md || { echo "make dictionary needed"; exit 1; }

bench: ## all benchmarks, side by side in one run
	$(GO) test -run '^$$' -bench . -benchmem -benchtime 300ms ./...

accuracy: ## precision and recall of the detectors on the labelled texts
	$(GO) test -count=1 -v -run 'Accuracy' ./sim/... | grep -v '^=== '

selftest: ## every defect of the sample bot against the judge
	$(GO) run ./cmd/progon selftest

golden: ## rewrite expected files; read the diff before committing
	$(GO) test ./reports/... ./sim/... ./fakes/... -update

dictionary: ## rewrite features/dictionary.md from the code
	$(GO) run ./cmd/progon steps > features/dictionary.md

clean: ## remove reports
	rm -rf $(OUT)
