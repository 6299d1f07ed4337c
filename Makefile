# The commands of the README.
SHELL := /bin/bash
DOCS ?= seeds/samples
BIND ?= 127.0.0.1:8080
# A fresh store each time; one's own stores are never touched.
STORE := target/run/store
NAMES := $(if $(filter seeds/samples seeds/samples/,$(DOCS)),--names seeds/samples/names.toml)
GANGMU := target/release/gangmu

.PHONY: run test bench bench-pages bench-scale setup islands clients

run: setup islands
	cargo build --release --locked
	rm -rf $(STORE) && mkdir -p $(dir $(STORE))
	@# A document that cannot be read is named, and the others are served all the same.
	$(GANGMU) ingest --store $(STORE) --base-iri http://$(BIND)/ $(NAMES) "$(DOCS)" || [ $$? -eq 1 ]
	exec $(GANGMU) serve --store $(STORE) --bind $(BIND)

# One profile for all tests, so that the storage engine is compiled once for them.
test: setup islands clients
	cargo test --locked

# The endpoint beside `oxigraph serve`, on the same documents.
bench: setup clients
	cargo bench --locked --bench endpoint -- "$(DOCS)"

# The pages beside a static file.
bench-pages: setup islands
	cargo bench --locked --bench pages -- "$(DOCS)"

# Generated documents in growing numbers.
SIZES ?= 1000 10000
bench-scale: setup islands clients
	cargo build --release --locked --bin gangmu --example scale_corpus
	benches/scale.py $(SIZES)

setup:
	@.ci/setup

# What pages have for browsers with scripts; it is embedded in the binary.
islands:
	@.ci/islands

clients:
	@.ci/clients
