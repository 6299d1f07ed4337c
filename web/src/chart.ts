/** Numbers by category, and points in time. */
import { show } from './echarts';
import { picture } from './island';
import { t } from './language';
import { shorten } from './shorten';

interface Series {
  name: string;
  values?: (number | null)[];
  hrefs?: (string | null)[];
  points?: Point[];
}
interface Point {
  x: string | number;
  y?: number;
  label?: string;
  href?: string;
}
/** A chart as data; `timeline` places points by their day, the others take a value for each category. */
export interface Data {
  kind: 'bar' | 'line' | 'scatter' | 'timeline';
  categories?: string[];
  series: Series[];
  unit?: string;
  horizontal?: boolean;
}

const isDay = (value: unknown) => typeof value === 'string' && /^\d{4}(-\d{2}){0,2}$/.test(value);

export default async function chart(host: HTMLElement): Promise<void> {
  const height = Number(host.dataset['height']) || undefined;
  await picture<Data>(
    host,
    (place, data) => drawChart(place, data, height),
    (data) => data.series.every((series) => !(series.values?.length || series.points?.length)),
  );
}

/** Draws a chart in an element; gives what takes it away again. */
export function drawChart(place: HTMLElement, data: Data, height?: number): () => void {
  const categories = data.categories ?? [];
  const timeline = data.kind === 'timeline';
  const sideways = data.horizontal ?? (data.kind === 'bar' && categories.some((name) => [...name].length > 6));
  const rows = sideways ? categories.length * Math.max(1, data.series.length) * 18 + 70 : 0;
  const size = height ?? (timeline ? 90 + data.series.length * 46 : Math.min(2400, Math.max(300, rows)));
  return show(place, size, (colours) => {
    const lines = { lineStyle: { color: colours.line } };
    const axis = { axisLine: lines, splitLine: lines, axisLabel: { color: colours.text }, nameTextStyle: { color: colours.text } };
    const value = { ...axis, type: 'value', name: data.unit ?? '' };
    const named = {
      ...axis,
      type: 'category',
      data: timeline ? data.series.map((series) => series.name) : categories,
      inverse: sideways || timeline,
      splitLine: { show: false },
      axisLabel: { color: colours.text, formatter: (name: string) => shorten(name, 16), hideOverlap: true },
    };
    const points = data.series.flatMap((series) => series.points ?? []);
    const time = { ...axis, type: points.every((point) => isDay(point.x)) ? 'time' : 'value', boundaryGap: ['4%', '4%'] };
    const along = timeline || data.kind === 'scatter';
    return {
      aria: { enabled: true },
      legend: { show: data.series.length > 1 && !timeline, type: 'scroll', textStyle: { color: colours.text }, top: 0 },
      grid: { left: 8, right: 24, top: data.series.length > 1 && !timeline ? 36 : 24, bottom: 8, outerBoundsMode: 'same' },
      tooltip: { trigger: along ? 'item' : 'axis', formatter: along ? tip : undefined },
      xAxis: along ? time : sideways ? value : named,
      yAxis: timeline ? named : along ? value : sideways ? named : value,
      series: data.series.map((series, index) => ({
        name: series.name,
        type: along ? 'scatter' : data.kind,
        barMaxWidth: 22,
        symbolSize: 11,
        data: along
          ? (series.points ?? []).map((point) => ({ ...point, value: [point.x, timeline ? index : point.y] }))
          : (series.values ?? []).map((value, at) => ({ value, href: series.hrefs?.[at] ?? undefined })),
      })),
    };
  });
}

function tip(of: { seriesName: string; data: Point }): string {
  const { x, y, label } = of.data;
  const value = y === undefined ? '' : `${t('：', ': ')}${y}`;
  return `${of.seriesName}\n${x}${value}${label ? `\n${shorten(label, 40)}` : ''}`;
}
