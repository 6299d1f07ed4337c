/** Terms: how they are called, abbreviated and linked to. */
import { t } from '../language';

/** A term of the vocabulary, as the page embeds it. */
export interface Term {
  /** `gm:leadAgency` */
  name: string;
  zh: string;
  en: string;
}
/** What the page embeds for the workbench. */
export interface Known {
  base: string;
  root: string;
  prefixes: Record<string, string>;
  terms: Term[];
}

export class Terms {
  readonly known: Known;
  private readonly labels: Map<string, string>;

  constructor(known: Known) {
    this.known = known;
    this.labels = new Map(known.terms.map((term) => [term.name, t(term.zh, term.en)]));
  }

  /** `gm:Task` for its IRI; the end of the path for an IRI of this store. */
  short(iri: string): string {
    for (const [prefix, namespace] of Object.entries(this.known.prefixes)) {
      const local = iri.startsWith(namespace) ? iri.slice(namespace.length) : '';
      if (local && /^[\w-]+$/.test(local)) return `${prefix}:${local}`;
    }
    return iri.startsWith(this.known.base) ? decode(iri.slice(this.known.base.length)) : decode(iri);
  }

  /** What people call it. */
  label(iri: string): string {
    const short = this.short(iri);
    const label = this.labels.get(short);
    if (label) return label;
    // Agencies and places have their names at the end.
    const last = iri.startsWith(this.known.base) ? short.slice(short.lastIndexOf('/') + 1) : '';
    return /\p{Script=Han}/u.test(last) ? last : short;
  }

  /** Where there is more about it: a page of this site, wherever that is served now; none where that is elsewhere. */
  href(iri: string): string | undefined {
    const { base, root } = this.known;
    return iri.startsWith(base) ? root + encodeURI(decode(iri.slice(base.length))) : undefined;
  }
}

function decode(text: string): string {
  try {
    return decodeURI(text);
  } catch {
    return text;
  }
}
