#!/usr/bin/env python3
"""How the program bears amount: generated documents taken in, loaded and asked, at several sizes.

    make bench-scale                       1,000 and 10,000 documents
    make bench-scale SIZES="1000 100000"   needs some 60 GB and an hour and a half; without the load (--only ingest,ask) 13 GB and half an hour

For each size: `gangmu ingest` (documents and statements a second, peak memory, size of the store), `gangmu extract` and `gangmu load`
beside `oxigraph load` of the same N-Quads, and the questions of queries/ and the main pages, without the cache of answers. At the end how
the times grow from the smallest to the largest size, beside how the answers do.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

PROJECT = pathlib.Path(__file__).resolve().parent.parent
# Of the invented place that is there at any size.
AGENCY, OTHER, PLACE = "澜原市民政局", "澜原市财政局", "澜原市"
FILLED = {
    "青澜市民政局": AGENCY,
    "青澜市财政局": OTHER,
    "农村互助养老": "培训",
    "望湖区老龄工作2025年行动计划": "{title}",
    "新时代老龄工作的意见": "{title}",
}
PAGES = [
    "/", "/documents", "/agencies", "/tasks", "/targets", "/matrix", "/policies", "/search?q=%E5%85%BB%E8%80%81",
    "/agencies?q=" + urllib.parse.quote(AGENCY), "/tasks?agency=" + urllib.parse.quote(AGENCY),
    "/api/v1/tasks?limit=5&agency=" + urllib.parse.quote(AGENCY), "/api/v1/documents?limit=5",
    "/page/agency/990100/" + urllib.parse.quote(AGENCY), "{work}",
]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gangmu", default=PROJECT / "target/release/gangmu", type=pathlib.Path)
    parser.add_argument("--corpus", default=PROJECT / "target/release/examples/scale_corpus", type=pathlib.Path)
    parser.add_argument("--oxigraph", default=PROJECT / "target/venv/bin/oxigraph", type=pathlib.Path)
    parser.add_argument("--work", default=PROJECT / "target/scale", type=pathlib.Path, help="folder for documents and stores")
    parser.add_argument("--rounds", default=5, type=int, help="how often each question is asked")
    parser.add_argument("--only", default="ingest,load,ask", help="which parts of it")
    parser.add_argument("sizes", nargs="*", default=[1000, 10000], type=int)
    return parser.parse_args()


def run(command, **more):
    """Runs a command; gives back seconds, seconds of processors, and the megabytes that it held at most."""
    begun = time.monotonic()
    child = subprocess.Popen([str(part) for part in command], **more)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{command[0]} ended with {child.returncode}")
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def size(folder):
    return sum(file.stat().st_size for file in pathlib.Path(folder).rglob("*") if file.is_file())


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def head(*cells):
    row(*cells)
    row(*["---"] + ["--:"] * (len(cells) - 1))


def corpus(args, documents):
    folder = args.work / f"documents-{documents}"
    if not (folder / "names.toml").exists():
        run([args.corpus, "--documents", documents, folder], stdout=subprocess.DEVNULL)
    return folder


def ingest(args, documents):
    folder, store = corpus(args, documents), args.work / f"store-{documents}"
    shutil.rmtree(store, ignore_errors=True)
    command = [args.gangmu, "ingest", "--quiet", "--store", store, "--names", folder / "names.toml", folder / "documents"]
    seconds, busy, memory = run(command)
    megabytes = size(folder / "documents") / 1e6
    again, *_ = run(command)
    row(f"{documents:,}", f"{megabytes:.0f}", f"{seconds:.0f}", f"{busy:.0f}", f"{documents / seconds:.0f}", f"{megabytes / seconds:.2f}",
        f"{memory:.0f}", f"{size(store) / 1e6:.0f}", f"{size(store / 'search') / 1e6:.0f}", f"{again:.1f}")


def load(args, documents):
    folder, triples = corpus(args, documents), args.work / f"triples-{documents}.nq"
    records = args.work / f"records-{documents}.jsonl"
    with records.open("w") as out:
        for path in sorted((folder / "documents").rglob("*.txt")):
            out.write(json.dumps({"id": path.stem, "path": str(path)}) + "\n")
    with records.open() as source, triples.open("w") as out:
        extracting, _, memory = run([args.gangmu, "extract", "--jsonl", "--names", folder / "names.toml"], stdin=source, stdout=out)
    count = int(subprocess.check_output(["wc", "-l", triples]).split()[0])
    ours, theirs = args.work / "loaded", args.work / "theirs"
    best = {}
    # By turns, so that what else the machine does meanwhile falls on both.
    for _ in range(3 if documents < 100_000 else 1):
        for store in (ours, theirs):
            shutil.rmtree(store, ignore_errors=True)
        said = subprocess.check_output([args.gangmu, "load", "--store", ours, triples], text=True)
        in_store, index = re.search(r"in ([\d.]+) s .*index in ([\d.]+) s", said).groups()
        seconds, *_ = run([args.oxigraph, "load", "--location", theirs, "--file", triples],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for name, took in (("ours", float(in_store)), ("index", float(index)), ("theirs", seconds)):
            best[name] = min(took, best.get(name, took))
    row(f"{documents:,}", f"{count:,}", f"{count / extracting:.0f}", f"{memory:.0f}", f"{count / best['ours']:.0f}",
        f"{count / best['theirs']:.0f}", f"{best['theirs'] / best['ours']:.2f}", f"{best['index']:.0f}",
        f"{size(ours / 'quads') / 1e6:.0f}", f"{size(theirs) / 1e6:.0f}")
    for leftover in (triples, records):
        leftover.unlink()
    for store in (ours, theirs):
        shutil.rmtree(store)


class Server:
    def __init__(self, args, store):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = "http://127.0.0.1:%d" % free.getsockname()[1]
        config = args.work / "no-cache.toml"
        config.write_text("[cache]\nmemory = 0\n")
        self.child = subprocess.Popen(
            [args.gangmu, "serve", "--bind", self.address[7:], "--config", config, "--store", store],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.child.stdout.readline()
        begun = time.monotonic()
        while self.ask("/")[2] != 200:
            time.sleep(1)
        # What is read of the whole store is there then, so that questions are not asked beside it.
        self.ready = time.monotonic() - begun
        self.memory = self.held()

    def held(self):
        """The megabytes that it has held at most."""
        status = pathlib.Path(f"/proc/{self.child.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1000

    def ask(self, path, body=None):
        """Seconds, length of the answer, status."""
        headers = {"Accept": "application/sparql-results+json" if body else "text/html"}
        if body:
            headers["Content-Type"] = "application/sparql-query"
        request = urllib.request.Request(self.address + path, body, headers)
        begun = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                told, status = answer.read(), answer.status
        except urllib.error.HTTPError as error:
            told, status = error.read(), error.code
        return time.monotonic() - begun, told, status

    def rows(self, query):
        _, told, _ = self.ask("/sparql", query.encode())
        return json.loads(told)["results"]["bindings"]

    def end(self):
        self.child.terminate()
        self.child.wait()


def questions(server):
    """What is asked: name → path and body. All of it is about things that are there at any size."""
    gm = "PREFIX gm: <https://w3id.org/gangmu/ontology#> PREFIX dcterms: <http://purl.org/dc/terms/> "
    found = server.rows(gm + """SELECT ?work ?title { ?v gm:sourceName "0000000.txt" . ?work gm:currentVersion ?v ; dcterms:title ?title }""")
    work, title = found[0]["work"]["value"], found[0]["title"]["value"]
    asked = {}
    for path in sorted((PROJECT / "queries").glob("*.rq")):
        query = path.read_text()
        for sample, here in FILLED.items():
            query = query.replace(f'"{sample}"', json.dumps(here.replace("{title}", title), ensure_ascii=False))
        asked[path.stem] = ("/sparql", query.encode())
    for page in PAGES:
        page = page.replace("{work}", "/page/" + urllib.parse.quote(urllib.parse.unquote(work.split("/", 3)[3])))
        asked[urllib.parse.unquote(page)] = (page, None)
    return asked


def ask(args, documents):
    server = Server(args, args.work / f"store-{documents}")
    row(f"{documents:,}", f"{server.ready:.1f}", f"{server.memory:.0f}")
    figures = {}
    try:
        for name, (path, body) in questions(server).items():
            times = []
            while len(times) < args.rounds and sum(times) < 60:
                seconds, told, status = server.ask(path, body)
                times.append(seconds)
            # The first one plans it and fills what the system keeps.
            times = times[1:] or times
            figures[name] = (sorted(times)[len(times) // 2] * 1000, len(told), status)
    finally:
        server.end()
    return figures


def compare(figures):
    (small, before), (large, after) = figures[0], figures[-1]
    print(f"\nFrom {small:,} to {large:,} documents, without the cache of answers; what grows although its answer does not is marked:\n")
    head("question or page", f"ms at {small:,}", f"ms at {large:,}", "times", "answer, times", "")
    for name, (ms, length, _) in before.items():
        if name not in after:
            continue
        later, longer, status = after[name]
        times, grown = later / ms, longer / length
        mark = "grows" if times > 2 and grown < 1.5 else ""
        row(f"`{name}`", f"{ms:.1f}", f"{later:.1f}" if status == 200 else f"{later:.0f} ({status})", f"{times:.1f}", f"{grown:.1f}", mark)


def main():
    args = arguments()
    args.work.mkdir(parents=True, exist_ok=True)
    only = args.only.split(",")
    if "ingest" in only:
        print("\nTaking in (`gangmu ingest`):\n")
        head("documents", "MB", "s", "s of processors", "documents/s", "MB/s", "peak memory MB", "store MB", "of it index", "again, s")
        for documents in args.sizes:
            ingest(args, documents)
    if "load" in only:
        print("\nLoading (`gangmu extract`, then `gangmu load` beside `oxigraph load` of the same file):\n")
        head("documents", "statements", "extracted/s", "peak memory MB", "loaded/s", "by oxigraph/s", "ratio", "index s",
             "triples MB", "oxigraph's MB")
        for documents in args.sizes:
            load(args, documents)
    if "ask" in only:
        print("\nServing (`gangmu serve`), until the first page is answered:\n")
        head("documents", "s", "peak memory MB")
        compare([(documents, ask(args, documents)) for documents in (args.sizes[0], args.sizes[-1])])


if __name__ == "__main__":
    main()
