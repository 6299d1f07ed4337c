// Makes the page of a document smoother; without it all links lead where they should.

// Words and facts light each other up.
const light = (event) => {
  const on = event.type === "pointerover" || event.type === "focusin";
  const fact = event.target.closest?.(".said li");
  const link = fact ? fact.querySelector("a.to") : event.target.closest?.(".text .m > a");
  const place = link?.getAttribute("href");
  if (place?.startsWith("#")) {
    document.getElementById(decodeURIComponent(place.slice(1)))?.classList.toggle("lit", on);
  }
};
for (const kind of ["pointerover", "pointerout", "focusin", "focusout"]) {
  document.addEventListener(kind, light);
}

// A place in a part of the text that this page does not have is looked up there.
const elsewhere = () => {
  const parts = document.querySelector("[data-parts]")?.dataset.parts.trim().split(" ").map(Number);
  const name = decodeURIComponent(location.hash.slice(1));
  if (!parts || !name) return;
  const known = document.getElementById(name);
  const entry = known?.closest(".contents li")?.querySelector("a[href^='?']");
  const start = /^(?:span\/|w)(\d+)-/.exec(name)?.[1];
  if (entry) {
    location.replace(entry.getAttribute("href").replace(/#.*/, location.hash));
  } else if (!known && start) {
    const part = parts.filter((first) => first <= Number(start)).length;
    location.replace(`?part=${part}${location.hash}`);
  }
};
elsewhere();
addEventListener("hashchange", elsewhere);
