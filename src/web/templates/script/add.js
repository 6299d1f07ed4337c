// Files one by one: each is read and shown before it is kept. Without this the form does the same for all at once.

const form = document.querySelector("form.add");
const words = document.getElementById("words")?.dataset;
const KEY = "gangmu-token";

if (form && words) {
  const [token, files, remember] = ["token", "files", "remember"].map((id) => document.getElementById(id));
  const [work, list, bar, shown, all, progress] =
    ["work", "list", "bar", "shown", "keep-all", "progress"].map((id) => document.getElementById(id));
  /** What is known of each file: `{file, state, item}`. */
  const entries = [];

  form.querySelector(".remember").hidden = false;
  form.querySelector(".buttons").hidden = true;
  files.required = false;
  token.value = localStorage.getItem(KEY) ?? "";
  remember.checked = token.value !== "";
  const keepToken = () =>
    remember.checked ? localStorage.setItem(KEY, token.value) : localStorage.removeItem(KEY);
  remember.addEventListener("change", keepToken);
  token.addEventListener("change", () => remember.checked && keepToken());

  const fill = (text, ...values) => values.reduce((said, value) => said.replace("{}", value), text);
  const element = (name, text, className = "") =>
    Object.assign(document.createElement(name), { textContent: text, className });

  const send = async (address, file, accept) => {
    const headers = { Accept: accept, Authorization: `Bearer ${token.value}` };
    const body = new FormData();
    body.append("file", file, file.name);
    return fetch(address, { method: "POST", headers, body, credentials: "omit" });
  };

  const tell = () => {
    const done = entries.filter((entry) => !["waiting", "reading", "keeping"].includes(entry.state)).length;
    bar.max = entries.length || 1;
    bar.value = done;
    progress.textContent = fill(words.progress, done, entries.length);
    all.disabled = !entries.some((entry) => entry.state === "read");
  };

  const draw = (entry, said, ...more) => {
    entry.item.replaceChildren(element("h3", entry.file.name), element("p", said), ...more.filter(Boolean));
    tell();
  };

  const buttons = (entry) => {
    const row = element("p", "", "buttons");
    for (const [text, act] of [[words.show, show], [words.keep, keep], [words.leave, leave]]) {
      const button = element("button", text, act === keep ? "" : "quiet");
      button.type = "button";
      button.addEventListener("click", () => act(entry));
      row.append(button);
    }
    return row;
  };

  const fail = (entry, problem) => {
    entry.state = "failed";
    const parts = [problem.title, problem.detail, problem.remedy].filter(Boolean);
    const retry = element("p", "", "buttons");
    const button = element("button", "↻", "quiet");
    button.type = "button";
    button.addEventListener("click", () => read(entry));
    retry.append(button);
    draw(entry, words.failed, ...parts.map((part) => element("p", part, "warn")), retry);
  };

  /** Sends a file and gives what the server says of each document in it; none where all failed. */
  const ask = async (entry, address) => {
    try {
      const response = await send(address, entry.file, "application/json");
      const answer = await response.json();
      const documents = answer.documents ?? [{ problem: answer }];
      // Of an archive, the documents in it that can be read count.
      if (response.ok && documents.some((said) => !said.problem)) return documents;
      fail(entry, documents[0].problem ?? answer);
    } catch {
      fail(entry, { title: words.offline });
    }
    return undefined;
  };

  const counts = (said) =>
    element("p", fill(words.counts, said.tasks, said.responsibilities, said.targets, said.deadlines, said.citations));

  /** What is told of each document in a file: of several, with their names. */
  const tellEach = (documents, ...about) => {
    if (documents.length === 1) return about.map((part) => part(documents[0]));
    const each = document.createElement("ul");
    for (const said of documents) {
      const item = document.createElement("li");
      const parts = said.problem
        ? [said.problem.title, said.problem.detail].filter(Boolean).map((part) => element("p", part, "warn"))
        : about.map((part) => part(said));
      item.append(element("b", said.name), ...parts.filter(Boolean));
      each.append(item);
    }
    return [each];
  };

  const read = async (entry) => {
    entry.state = "reading";
    draw(entry, words.reading);
    const documents = await ask(entry, form.dataset.preview);
    if (!documents) return;
    entry.state = "read";
    const title = (said) => element("p", said.title);
    const [only] = documents.length === 1 ? documents : [];
    const fates = only ? [] : [(said) => element("p", said.fate)];
    const said = only ? `${words.read} · ${only.fate}` : `${words.read} · ${documents.length}`;
    draw(entry, said, ...tellEach(documents, title, ...fates, counts), buttons(entry));
  };

  const show = async (entry) => {
    try {
      const response = await send(form.dataset.preview, entry.file, "text/html");
      // Text is data: a document that is only parsed runs nothing.
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      shown.replaceChildren(...page.querySelectorAll("main > *"));
      shown.scrollIntoView();
    } catch {
      fail(entry, { title: words.offline });
    }
  };

  const keep = async (entry) => {
    entry.state = "keeping";
    draw(entry, words.keeping);
    const documents = await ask(entry, form.dataset.documents);
    if (!documents) return;
    entry.state = "kept";
    const place = (said) => {
      const link = element("a", words.open);
      link.href = new URL(said.version).pathname;
      const line = element("p", "");
      line.append(link);
      return line;
    };
    draw(entry, words.kept, ...tellEach(documents, counts, place));
  };

  const leave = (entry) => {
    entry.state = "left";
    draw(entry, words.left);
  };

  const add = async (chosen) => {
    if (!token.reportValidity()) return;
    work.hidden = false;
    const fresh = [...chosen].map((file) => ({ file, state: "waiting", item: element("li", "", "card") }));
    for (const entry of fresh) {
      entries.push(entry);
      list.append(entry.item);
      draw(entry, "…");
    }
    // One after another: the server has others to serve.
    for (const entry of fresh) await read(entry);
  };

  files.addEventListener("change", async () => {
    const chosen = [...files.files];
    if (!token.reportValidity()) return;
    files.value = "";
    await add(chosen);
  });
  token.addEventListener("change", () => files.files.length && files.dispatchEvent(new Event("change")));
  all.addEventListener("click", async () => {
    for (const entry of entries.filter((known) => known.state === "read")) await keep(entry);
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  const drop = form.querySelector(".drop");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", kind === "dragover");
      if (kind === "drop") add(event.dataTransfer.files);
    });
  }
}
