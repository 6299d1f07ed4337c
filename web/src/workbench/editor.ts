/** The editor of queries: Yasqe's grammar and looks, with our own completion; it asks no other host. */
import Yasqe, { type Hint } from '@zazuko/yasqe';
import '@zazuko/yasqe/build/yasqe.min.css';

import { t } from '../language';
import type { Terms } from './terms';

/** A thing of the store whose name begins as what was typed. */
interface Thing {
  id: string;
  type: string;
  label: string;
}

// Its own ask other hosts for terms. An empty list in the settings would be merged with this one.
Yasqe.defaults.autocompleters = [];

/** Most of each kind that are offered at once. */
const OFFERED = 40;
const WORD = /[^\s{}()[\];,."'<>^|*+!=&/]*$/;

export interface Editor {
  value(): string;
  set(text: string): void;
}

export function editor(place: HTMLElement, text: string, label: string, terms: Terms, things: string, run: () => void): Editor {
  const complete = (code: Yasqe) => showHints(code, terms, things);
  const keys = {
    'Ctrl-Space': complete,
    'Ctrl-Enter': run,
    'Cmd-Enter': run,
    // The key that leaves a field leaves this one too.
    Tab: false,
    'Shift-Tab': false,
  } as unknown as CodeMirror.KeyMap;
  const code = new Yasqe(place, {
    value: text,
    consumeShareLink: null,
    createShareableLink: undefined as never,
    persistenceId: null,
    showQueryButton: false,
    resizeable: false,
    editorHeight: 'auto',
    viewportMargin: Infinity,
    screenReaderLabel: label,
    extraKeys: keys,
  });
  // A long query can be scrolled without a mouse too.
  code.getScrollerElement().tabIndex = 0;
  // In a browser that spells, Chinese would be underlined.
  code.getInputField().setAttribute('spellcheck', 'false');
  let waiting = 0;
  code.on('inputRead' as never, ((_: unknown, change: { text: string[] }) => {
    window.clearTimeout(waiting);
    if (/[\p{L}:]/u.test(change.text.at(-1) ?? '')) waiting = window.setTimeout(() => complete(code), 150);
  }) as never);
  return { value: () => code.getValue(), set: (text) => code.setValue(text) };
}

type Offer = Hint & { hint?: (code: Yasqe, list: unknown, chosen: Hint) => void };

function showHints(code: Yasqe, terms: Terms, things: string): void {
  const hint = async () => {
    const cursor = code.getDoc().getCursor();
    const before = code.getDoc().getLine(cursor.line).slice(0, cursor.ch);
    const quotes = before.replace(/\\./g, '').match(/"/g)?.length ?? 0;
    const quoted = quotes % 2 === 1;
    const word = quoted ? before.slice(before.lastIndexOf('"') + 1) : (WORD.exec(before)?.[0] ?? '');
    const from = { line: cursor.line, ch: cursor.ch - word.length };
    const list: Offer[] = [];
    if (word.startsWith('?') || word.startsWith('$')) {
      list.push(...variables(code, word));
    } else if (word) {
      if (!quoted) list.push(...vocabulary(terms, word));
      list.push(...(await named(things, word, quoted)));
    }
    return { list, from, to: cursor };
  };
  code.showHint({
    hint,
    completeSingle: false,
    container: code.rootEl,
    closeCharacters: /[\s{};"]/,
  } as never);
}

function variables(code: Yasqe, word: string): Offer[] {
  const used = new Set(code.getValue().match(/[?$][\p{L}\w]+/gu) ?? []);
  used.delete(word);
  return [...used].filter((name) => name.startsWith(word)).map((text) => ({ text }));
}

/** Terms by prefixed name, Chinese label or English name. */
function vocabulary(terms: Terms, word: string): Offer[] {
  const sought = word.toLowerCase();
  const rank = (term: { name: string; zh: string; en: string }) => {
    const [name, zh, en] = [term.name, term.zh, term.en].map((text) => text.toLowerCase()) as [string, string, string];
    const local = name.slice(name.indexOf(':') + 1);
    if (name.startsWith(sought) || local.startsWith(sought) || zh.startsWith(sought)) return 0;
    return local.includes(sought) || zh.includes(sought) || en.includes(sought) ? 1 : 2;
  };
  return terms.known.terms
    .map((term) => ({ term, rank: rank(term) }))
    .filter((found) => found.rank < 2)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, OFFERED)
    .map(({ term }) => ({
      text: term.name,
      displayText: `${term.name}  ${term.zh} ${term.en}`,
      hint: (code, list, chosen) => {
        const { from, to } = list as { from: CodeMirror.Position; to: CodeMirror.Position };
        code.getDoc().replaceRange(chosen.text, from, to);
        const prefix = term.name.slice(0, term.name.indexOf(':'));
        const namespace = terms.known.prefixes[prefix];
        if (namespace) code.addPrefixes({ [prefix]: namespace });
      },
    }));
}

const KINDS: Record<string, string> = {
  Agency: t('机构', 'agency'),
  Document: t('文件', 'document'),
  Policy: t('政策', 'policy'),
  Jurisdiction: t('地区', 'place'),
};

/** Things of the store by name: their IRIs, or inside quotation marks their names. */
async function named(address: string, word: string, quoted: boolean): Promise<Offer[]> {
  if (word.includes(':')) return [];
  try {
    const response = await fetch(`${address}?limit=${OFFERED}&q=${encodeURIComponent(word)}`);
    if (!response.ok) return [];
    const { items } = (await response.json()) as { items: Thing[] };
    return items.map(({ id, label, type }) => ({
      text: quoted ? label : `<${id}>`,
      displayText: `${label}  ${KINDS[type] ?? type}`,
    }));
  } catch {
    return [];
  }
}
