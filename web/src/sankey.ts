/** What flows from where to where, in columns: higher policies → documents → agencies. */
import { show } from './echarts';
import { picture } from './island';
import { number } from './language';
import { shorten } from './shorten';

interface Node {
  id: string;
  label: string;
  href?: string;
  column?: number;
  kind?: string;
}
interface Link {
  source: string;
  target: string;
  value: number;
  href?: string;
}
interface Data {
  nodes: Node[];
  links: Link[];
  unit?: string;
}

const ROW = 30;

export default async function sankey(host: HTMLElement): Promise<void> {
  await picture<Data>(host, draw, (data) => data.links.length === 0);
}

function draw(place: HTMLElement, data: Data): void {
  const linked = new Set(data.links.flatMap((link) => [link.source, link.target]));
  const nodes = data.nodes.filter((node) => linked.has(node.id));
  const columns = new Map<number, number>();
  for (const { column = 0 } of nodes) columns.set(column, (columns.get(column) ?? 0) + 1);
  const last = Math.max(...columns.keys());
  const height = Math.min(1200, Math.max(280, Math.max(...columns.values()) * ROW));
  const kinds = [...new Set(data.nodes.map((node) => node.kind ?? ''))];
  const names = new Map(data.nodes.map((node) => [node.id, node.label]));
  const name = (id: string) => names.get(id) ?? id;
  const unit = data.unit ?? '';
  place.classList.add('wide');
  show(place, height, (colours) => ({
    tooltip: {
      formatter: (of: { dataType: string; name: string; data: Link; value: number }) =>
        of.dataType === 'edge'
          ? `${name(of.data.source)}\n→ ${name(of.data.target)}\n${number(of.data.value)} ${unit}`
          : `${name(of.name)}\n${number(of.value)} ${unit}`,
    },
    series: {
      type: 'sankey',
      left: 8,
      right: 8,
      top: 8,
      bottom: 8,
      nodeGap: 6,
      nodeWidth: 10,
      emphasis: { focus: 'adjacency' },
      draggable: false,
      label: {
        color: colours.text,
        fontSize: 12,
        formatter: (of: { name: string }) => shorten(name(of.name), 18),
      },
      lineStyle: { color: 'source', opacity: colours.dark ? 0.35 : 0.25, curveness: 0.5 },
      data: nodes.map((node) => ({
        name: node.id,
        href: node.href,
        ...(node.column === undefined ? {} : { depth: node.column }),
        cursor: node.href ? 'pointer' : 'default',
        itemStyle: { color: colours.palette[kinds.indexOf(node.kind ?? '') % colours.palette.length] },
        // Names of the last column stand to the left of it, inside the picture.
        label: { position: last > 0 && node.column === last ? 'left' : 'right' },
      })),
      links: data.links,
    },
  }));
}
