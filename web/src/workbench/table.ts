/** Rows as a table: sorted by a click on a column, some at a time, and always with how many there are. */
import { element } from '../element';
import { number, t } from '../language';
import { isNumeric, type Answer, type Row, type Value } from './ask';
import type { Terms } from './terms';

const PAGE = 100;

export function table(place: HTMLElement, answer: Answer & { kind: 'rows' | 'triples' }, terms: Terms): void {
  let { rows } = answer;
  let first = 0;
  let sorted = '';
  let backwards = false;
  const numeric = new Set(answer.columns.filter((column) => isNumeric(rows, column)));
  const collator = new Intl.Collator('zh-CN', { numeric: true });

  const sort = (column: string) => {
    backwards = sorted === column && !backwards;
    sorted = column;
    const sign = backwards ? -1 : 1;
    const key = (row: Row) => row[column]?.value;
    rows = [...answer.rows].sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      // What is not known goes last either way.
      if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
      return sign * (numeric.has(column) ? Number(x) - Number(y) : collator.compare(x, y));
    });
    first = 0;
    draw(column);
  };

  const heading = (column: string) => {
    const button = element('button', { type: 'button', class: 'sort', 'data-column': column }, column);
    button.addEventListener('click', () => sort(column));
    const direction = sorted === column ? (backwards ? 'descending' : 'ascending') : 'none';
    return element('th', { scope: 'col', 'aria-sort': direction, class: numeric.has(column) ? 'n' : '' }, button);
  };

  const draw = (focus?: string) => {
    const shown = rows.slice(first, first + PAGE);
    const head = element('tr', {}, ...answer.columns.map(heading));
    const body = shown.map((row) =>
      element(
        'tr',
        {},
        ...answer.columns.map((column) => element('td', { class: numeric.has(column) ? 'n' : '' }, ...cell(row[column], terms))),
      ),
    );
    const made = element('table', { class: 'list answer' }, element('thead', {}, head), element('tbody', {}, ...body));
    const wide = element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('结果表', 'Table of results') }, made);
    place.replaceChildren(wide);
    if (rows.length > PAGE) place.append(pages());
    if (focus) place.querySelector<HTMLElement>(`[data-column="${CSS.escape(focus)}"]`)?.focus();
  };

  const pages = () => {
    const last = Math.min(first + PAGE, rows.length);
    const step = (text: string, to: number) => {
      const button = element('button', { type: 'button', class: 'quiet' }, text);
      button.disabled = to < 0 || to >= rows.length;
      button.addEventListener('click', () => {
        first = to;
        draw();
        place.scrollIntoView({ block: 'nearest' });
      });
      return button;
    };
    return element(
      'p',
      { class: 'pages' },
      step(t('上一页', 'Previous'), first - PAGE),
      t(
        ` 第 ${number(first + 1)}–${number(last)} 行，共 ${number(rows.length)} 行 `,
        ` Rows ${number(first + 1)}–${number(last)} of ${number(rows.length)} `,
      ),
      step(t('下一页', 'Next'), first + PAGE),
    );
  };

  draw();
}

function cell(value: Value | undefined, terms: Terms): (Node | string)[] {
  // Nothing is known: that is not an empty text.
  if (!value) return [element('span', { class: 'unknown', title: t('没有值', 'no value') }, '—')];
  if (value.type !== 'uri') return [value.value];
  const href = terms.href(value.value);
  const label = terms.label(value.value);
  if (href) return [element('a', { href, title: value.value }, label)];
  return [element('span', { title: value.value }, label)];
}
