/** Asking the endpoint. Its answers are whole or they are failures: a part never looks like an answer. */
import { t } from '../language';

/** A term of an answer. */
export interface Value {
  type: 'uri' | 'literal' | 'bnode' | 'triple';
  value: string;
  language?: string;
  datatype?: string;
}
export type Row = Record<string, Value | undefined>;
export type Answer =
  | { kind: 'rows'; columns: string[]; rows: Row[] }
  | { kind: 'triples'; columns: string[]; rows: Row[] }
  | { kind: 'truth'; value: boolean };

/** Why there is no answer, and what can be done. */
export class Refusal extends Error {
  readonly remedy: string | undefined;
  readonly detail: string | undefined;

  constructor(title: string, detail?: string, remedy?: string) {
    super(title);
    this.detail = detail;
    this.remedy = remedy;
  }
}

interface Problem {
  title?: string;
  detail?: string;
  remedy?: string;
}

export async function ask(endpoint: string, query: string, signal: AbortSignal): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/sparql-query',
        accept: 'application/sparql-results+json, application/n-triples;q=0.9',
      },
      body: query,
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Refusal(t('连不上服务器。', 'The server cannot be reached.'));
  }
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Refusal(
      t('结果没有传完，是不完整的，所以一行也不显示。', 'The answer broke off before its end. As it is not complete, none of it is shown.'),
      undefined,
      t(
        '多半是途中超过了时间或大小的上限：请缩小范围，例如加 LIMIT 或条件。',
        'Most likely a limit of time or size was reached on the way: ask for less, with LIMIT or a condition.',
      ),
    );
  }
  if (!response.ok) throw refusal(response.status, text);
  const kind = response.headers.get('content-type') ?? '';
  if (kind.startsWith('application/n-triples')) return triples(text);
  const read = JSON.parse(text) as {
    boolean?: boolean;
    head: { vars?: string[] };
    results?: { bindings: Record<string, Binding>[] };
  };
  if (read.boolean !== undefined) return { kind: 'truth', value: read.boolean };
  const rows = (read.results?.bindings ?? []).map((binding) =>
    Object.fromEntries(Object.entries(binding).map(([name, value]) => [name, of(value)])),
  );
  return { kind: 'rows', columns: read.head.vars ?? [], rows };
}

interface Binding {
  type: string;
  value: string | Record<string, Binding>;
  'xml:lang'?: string;
  datatype?: string;
}

function of(binding: Binding): Value {
  if (typeof binding.value !== 'string') {
    const parts = ['subject', 'predicate', 'object'].map((part) => of((binding.value as Record<string, Binding>)[part]!).value);
    return { type: 'triple', value: `<<( ${parts.join(' ')} )>>` };
  }
  const { value, datatype } = binding;
  const language = binding['xml:lang'];
  const type = binding.type === 'uri' || binding.type === 'bnode' ? binding.type : 'literal';
  return { type, value, ...(language ? { language } : {}), ...(datatype ? { datatype } : {}) };
}

function refusal(status: number, text: string): Refusal {
  let problem: Problem = {};
  try {
    problem = JSON.parse(text) as Problem;
  } catch {
    // Not one of ours: a proxy's, say.
  }
  const title = problem.title ?? t(`服务器回答 ${status}。`, `The server answered ${status}.`);
  return new Refusal(inLanguage(title), problem.detail, problem.remedy && inLanguage(problem.remedy));
}

/** Problems speak Chinese, then English. */
function inLanguage(text: string): string {
  const both = /^(.*[^\x00-\x7f])\s+([\x00-\x7f]+)$/.exec(text);
  return both ? t(both[1]!, both[2]!) : text;
}

const TERM = /^(?:<([^>]*)>|_:(\S+)|"((?:[^"\\]|\\.)*)"(?:@([\w-]+)|\^\^<([^>]*)>)?)\s*/;

/** Reads N-Triples as the endpoint writes them: a triple a line. */
function triples(text: string): Answer {
  const columns = ['s', 'p', 'o'];
  const rows = text
    .split('\n')
    .filter((line) => line.trim())
    .map((line) => {
      const row: Row = {};
      let rest = line;
      for (const column of columns) {
        const found = TERM.exec(rest);
        if (!found) {
          row[column] = { type: 'triple', value: rest.replace(/\s*\.\s*$/, '') };
          break;
        }
        rest = rest.slice(found[0].length);
        row[column] = term(found);
      }
      return row;
    });
  return { kind: 'triples', columns, rows };
}

function term(found: RegExpExecArray): Value {
  const [, iri, blank, text, language, datatype] = found;
  if (iri !== undefined) return { type: 'uri', value: unescaped(iri) };
  if (blank !== undefined) return { type: 'bnode', value: blank };
  return {
    type: 'literal',
    value: unescaped(text ?? ''),
    ...(language ? { language } : {}),
    ...(datatype ? { datatype } : {}),
  };
}

const ESCAPES: Record<string, string> = { t: '\t', b: '\b', n: '\n', r: '\r', f: '\f' };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g, (_, short, long, one: string) => {
    const code: string | undefined = short ?? long;
    return code ? String.fromCodePoint(Number.parseInt(code, 16)) : (ESCAPES[one] ?? one);
  });
}

const NUMERIC = /^http:\/\/www\.w3\.org\/2001\/XMLSchema#(integer|decimal|double|float|int|long|nonNegativeInteger)$/;

/** A column's values as numbers; none if any of them is none. */
export function isNumeric(rows: Row[], column: string): boolean {
  const values = rows.map((row) => row[column]).filter((value) => value !== undefined);
  return values.length > 0 && values.every((value) => NUMERIC.test(value.datatype ?? '') && Number.isFinite(Number(value.value)));
}

/** Whether a column has days or years. */
export function isDated(rows: Row[], column: string): boolean {
  const values = rows.map((row) => row[column]).filter((value) => value !== undefined);
  return values.length > 0 && values.every((value) => /^\d{4}(-\d{2}(-\d{2})?)?$/.test(value.value));
}
