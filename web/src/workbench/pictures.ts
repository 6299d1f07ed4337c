/** Rows as a chart or a network; which columns, the reader says. */
import type { Data as Chart } from '../chart';
import type { Data as Network } from '../network';
import { element } from '../element';
import { number, t } from '../language';
import { isDated, isNumeric, type Answer, type Row } from './ask';
import type { Terms } from './terms';

type Rows = Answer & { kind: 'rows' | 'triples' };
/** What of the view belongs to the address. */
export type Choice = Record<string, string>;

/** Bars and nodes beyond this are no picture any more; what is left out is said. */
const MOST_BARS = 60;
const MOST_NODES = 150;

function select(name: string, label: string, options: [string, string][], chosen: string): HTMLLabelElement {
  const field = element('select', { name });
  for (const [value, text] of options) {
    field.append(element('option', value === chosen ? { value, selected: '' } : { value }, text));
  }
  return element('label', {}, label, field);
}

/** Fields above a picture that is drawn again when they change. */
function fields(
  place: HTMLElement,
  made: HTMLLabelElement[],
  draw: (chosen: Choice, canvas: HTMLElement) => Promise<{ end: () => void; note?: string }>,
  changed: (chosen: Choice) => void,
): void {
  const form = element('form', { class: 'choice' }, ...made);
  const label = t('图，内容与结果表相同', 'A picture of what the table says');
  const note = element('p', { class: 'note', role: 'status' });
  place.replaceChildren(form, element('div', { class: 'picture-frame' }), note);
  let end = () => {};
  const again = async () => {
    end();
    const canvas = element('div', { class: 'picture', role: 'img', 'aria-label': label });
    place.querySelector('.picture-frame')?.replaceChildren(canvas);
    const chosen = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    changed(chosen);
    try {
      const drawn = await draw(chosen, canvas);
      end = drawn.end;
      note.textContent = drawn.note ?? '';
    } catch (error) {
      console.warn(error);
      note.textContent = t('画图时出了错，请看表格。', 'Drawing it failed; see the table.');
    }
  };
  form.addEventListener('change', () => void again());
  form.addEventListener('submit', (event) => event.preventDefault());
  void again();
}

const text = (row: Row, column: string, terms: Terms) => {
  const value = row[column];
  if (!value) return undefined;
  return value.type === 'uri' ? terms.label(value.value) : value.value;
};

export function chart(place: HTMLElement, answer: Rows, terms: Terms, wanted: Choice, changed: (chosen: Choice) => void): void {
  const numeric = answer.columns.filter((column) => isNumeric(answer.rows, column));
  const dated = answer.columns.filter((column) => isDated(answer.rows, column) && !numeric.includes(column));
  const [value] = numeric;
  if (value === undefined && dated.length === 0) {
    place.replaceChildren(
      element('p', { class: 'empty' }, t('没有数值列或日期列，画不成图表。', 'No column has numbers or dates to draw.')),
    );
    return;
  }
  const others = answer.columns.filter((column) => column !== value);
  const words = others.filter((column) => !numeric.includes(column) && !dated.includes(column));
  const isText = (column: string) => answer.rows.some((row) => row[column]?.type === 'literal');
  const by = words.find(isText) ?? words[0] ?? others[0] ?? value ?? '';
  const kinds: [string, string][] = [];
  if (value !== undefined) kinds.push(['bar', t('条形图', 'Bars')], ['line', t('折线图', 'Lines')]);
  if (dated.length > 0) kinds.push(['timeline', t('时间轴', 'Time line')]);
  const named = (columns: string[]): [string, string][] => columns.map((column) => [column, `?${column}`]);
  fields(
    place,
    [
      select('kind', t('图形', 'Kind'), kinds, wanted['kind'] ?? kinds[0]![0]),
      select('by', t('类别', 'By'), named(answer.columns), wanted['by'] ?? by),
      ...(value === undefined ? [] : [select('value', t('数值', 'Values'), named(numeric), wanted['value'] ?? value)]),
      ...(dated.length === 0 ? [] : [select('day', t('日期', 'Day'), named(dated), wanted['day'] ?? dated[0]!)]),
    ],
    async (chosen, canvas) => {
      const made = chartData(answer, terms, chosen);
      const { drawChart } = await import('../chart');
      return { end: drawChart(canvas, made.data), ...(made.note ? { note: made.note } : {}) };
    },
    changed,
  );
}

function chartData(answer: Rows, terms: Terms, chosen: Choice): { data: Chart; note?: string } {
  const { kind = 'bar', by = '', value = '', day = '' } = chosen;
  const href = (row: Row) => (row[by]?.type === 'uri' ? terms.href(row[by].value) : undefined);
  const name = (row: Row) => text(row, by, terms) ?? '—';
  if (kind === 'timeline') {
    const groups = Map.groupBy(
      answer.rows.filter((row) => row[day]),
      name,
    );
    const kept = [...groups].slice(0, MOST_BARS);
    const series = kept.map(([name, rows]) => ({
      name,
      points: rows.map((row) => {
        const to = href(row);
        const label = answer.columns
          .filter((column) => column !== by && column !== day)
          .map((column) => text(row, column, terms))
          .find((words) => words);
        return { x: row[day]!.value, ...(label ? { label } : {}), ...(to ? { href: to } : {}) };
      }),
    }));
    return { data: { kind, series }, ...cut(groups.size, kept.length) };
  }
  const known = answer.rows.filter((row) => row[value]);
  const kept = known.slice(0, MOST_BARS);
  const series = [
    { name: `?${value}`, values: kept.map((row) => Number(row[value]!.value)), hrefs: kept.map((row) => href(row) ?? null) },
  ];
  const data: Chart = { kind: kind === 'line' ? 'line' : 'bar', categories: kept.map(name), series };
  return { data, ...cut(known.length, kept.length) };
}

function cut(all: number, drawn: number): { note?: string } {
  if (all === drawn) return {};
  return {
    note: t(
      `图中只有前 ${number(drawn)} 项，共 ${number(all)} 项；全部见表格。`,
      `The picture has the first ${number(drawn)} of ${number(all)}; the table has all.`,
    ),
  };
}

export function network(place: HTMLElement, answer: Rows, terms: Terms, wanted: Choice, changed: (chosen: Choice) => void): void {
  const { columns, rows } = answer;
  const numeric = columns.filter((column) => isNumeric(rows, column));
  const ends = columns.filter((column) => !numeric.includes(column));
  if (ends.length < 2) {
    place.replaceChildren(
      element('p', { class: 'empty' }, t('要有两列事物，才画得成关系图。', 'A network needs two columns of things.')),
    );
    return;
  }
  const graph = answer.kind === 'triples';
  const named = (columns: string[]): [string, string][] => columns.map((column) => [column, `?${column}`]);
  const none: [string, string] = ['', t('（无）', '(none)')];
  fields(
    place,
    [
      select('from', t('从', 'From'), named(ends), wanted['from'] ?? ends[0]!),
      select('to', t('到', 'To'), named(ends), wanted['to'] ?? (graph ? 'o' : ends[1]!)),
      select('as', t('连线文字', 'Line text'), [none, ...named(columns)], wanted['as'] ?? (graph ? 'p' : '')),
      ...(numeric.length ? [select('weight', t('粗细', 'Weight'), [none, ...named(numeric)], wanted['weight'] ?? numeric[0]!)] : []),
    ],
    async (chosen, canvas) => {
      const made = networkData(answer, terms, chosen);
      const { drawNetwork } = await import('../network');
      return { end: drawNetwork(canvas, made.data), ...(made.note ? { note: made.note } : {}) };
    },
    changed,
  );
}

function networkData(answer: Rows, terms: Terms, chosen: Choice): { data: Network; note?: string } {
  const { from = '', to = '', as = '', weight = '' } = chosen;
  const nodes = new Map<string, Network['nodes'][number]>();
  const edges = new Map<string, Network['edges'][number]>();
  let left = 0;
  const node = (row: Row, column: string): string | undefined => {
    const value = row[column];
    if (!value) return undefined;
    const known = nodes.get(value.value);
    if (known) known.weight = (known.weight ?? 0) + 1;
    else if (nodes.size >= MOST_NODES) return undefined;
    else {
      const href = value.type === 'uri' ? terms.href(value.value) : undefined;
      const label = text(row, column, terms) ?? value.value;
      nodes.set(value.value, { id: value.value, label, kind: column, weight: 1, ...(href ? { href } : {}) });
    }
    return value.value;
  };
  const whole = answer.rows.filter((row) => row[from] && row[to]);
  for (const row of whole) {
    const [source, target] = [node(row, from), node(row, to)];
    if (source === undefined || target === undefined) {
      left += 1;
      continue;
    }
    const label = as ? (text(row, as, terms) ?? '') : '';
    const value = weight && row[weight] ? Number(row[weight].value) : 1;
    const key = JSON.stringify([source, target, label]);
    const known = edges.get(key);
    if (known) known.value = (known.value ?? 0) + value;
    else edges.set(key, { source, target, value, label });
  }
  const data = { nodes: [...nodes.values()], edges: [...edges.values()] };
  return { data, ...cut(whole.length, whole.length - left) };
}
