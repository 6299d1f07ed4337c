/** Who is connected with whom. */
import cytoscape, { type ElementDefinition, type StylesheetJson } from 'cytoscape';

import { follow, picture } from './island';
import { shorten } from './shorten';
import { onThemeChange, theme } from './theme';

interface Node {
  id: string;
  label: string;
  href?: string;
  kind?: string;
  weight?: number;
}
interface Edge {
  source: string;
  target: string;
  value?: number;
  label?: string;
  kind?: string;
  href?: string;
}
/** A network as data; as a `tree` it goes from top to bottom. */
export interface Data {
  nodes: Node[];
  edges: Edge[];
  layout?: 'tree';
}

export default async function network(host: HTMLElement): Promise<void> {
  const height = Number(host.dataset['height']) || undefined;
  await picture<Data>(
    host,
    (place, data) => drawNetwork(place, data, height),
    (data) => data.edges.length === 0,
  );
}

/** Draws a network in an element; gives what takes it away again. */
export function drawNetwork(place: HTMLElement, data: Data, height?: number): () => void {
  place.style.height = `${height ?? Math.min(720, 260 + data.nodes.length * 8)}px`;
  const known = new Set(data.nodes.map((node) => node.id));
  const kinds = [...new Set(data.nodes.map((node) => node.kind ?? ''))];
  const heaviest = Math.max(1, ...data.nodes.map((node) => node.weight ?? 1));
  const most = Math.max(1, ...data.edges.map((edge) => edge.value ?? 1));
  const elements: ElementDefinition[] = [
    ...data.nodes.map((node, at) => ({
      // From a circle, the layout comes to the same picture each time.
      position: around(at, data.nodes.length),
      data: { ...node, short: shorten(node.label, 14), size: 12 + 22 * Math.sqrt((node.weight ?? 1) / heaviest) },
    })),
    ...data.edges
      .filter((edge) => known.has(edge.source) && known.has(edge.target))
      .map((edge) => ({ data: { ...edge, label: edge.label ?? '', width: 1 + 5 * ((edge.value ?? 1) / most) } })),
  ];
  claimStyle();
  const drawing = cytoscape({
    container: place,
    elements,
    style: styles(kinds),
    layout:
      data.layout === 'tree'
        ? { name: 'breadthfirst', directed: true, spacingFactor: 1.1, padding: 16 }
        : {
            name: 'cose',
            animate: false,
            padding: 16,
            nodeRepulsion: () => 14000,
            idealEdgeLength: () => 90,
            randomize: false,
          },
    minZoom: 0.2,
    maxZoom: 3,
    // The wheel belongs to the page.
    userZoomingEnabled: false,
    boxSelectionEnabled: false,
    autoungrabify: true,
  });
  onThemeChange(() => drawing.style(styles(kinds)));
  drawing.on('tap', 'node, edge', (event) => follow(event.target.data('href')));
  drawing.on('mouseover', 'node', (event) => {
    const near = event.target.closedNeighborhood();
    drawing.elements().not(near).addClass('far');
    near.nodes().addClass('near');
  });
  drawing.on('mouseout', 'node', () => drawing.elements().removeClass('far near'));
  new ResizeObserver(() => {
    drawing.resize();
    drawing.fit(undefined, 16);
  }).observe(place);
  return () => drawing.destroy();
}

function around(at: number, all: number): { x: number; y: number } {
  const angle = (2 * Math.PI * at) / all;
  return { x: 40 * all * Math.cos(angle), y: 40 * all * Math.sin(angle) };
}

/** Cytoscape would write a style element, which the policy of the pages forbids; what is in it is in our style sheet. */
function claimStyle(): void {
  const id = '__________cytoscape_stylesheet';
  if (document.getElementById(id)) return;
  const mark = document.createElement('meta');
  mark.id = id;
  document.head.append(mark);
}

function styles(kinds: string[]): StylesheetJson {
  const colours = theme();
  const font = getComputedStyle(document.body).fontFamily;
  return [
    {
      selector: 'node',
      style: {
        label: 'data(short)',
        width: 'data(size)',
        height: 'data(size)',
        color: colours.text,
        'font-family': font,
        'font-size': 12,
        'text-valign': 'bottom',
        'text-margin-y': 4,
        'text-background-color': colours.background,
        'text-background-opacity': 0.8,
        'text-wrap': 'wrap',
        'text-max-width': '120px',
        'min-zoomed-font-size': 6,
        'background-color': colours.palette[0] ?? colours.text,
      },
    },
    ...kinds.map((kind, index) => ({
      selector: `node[kind = ${JSON.stringify(kind)}]`,
      style: { 'background-color': colours.palette[index % colours.palette.length] ?? colours.text },
    })),
    {
      selector: 'edge',
      style: {
        width: 'data(width)',
        label: 'data(label)',
        color: colours.muted,
        'font-family': font,
        'font-size': 10,
        'text-rotation': 'autorotate',
        'text-background-color': colours.background,
        'text-background-opacity': 0.8,
        'line-color': colours.line,
        'target-arrow-color': colours.line,
        'target-arrow-shape': 'triangle',
        'arrow-scale': 0.8,
        'curve-style': 'bezier',
      },
    },
    { selector: 'node.near', style: { label: 'data(label)', 'z-index': 10 } },
    { selector: '.far', style: { opacity: 0.2 } },
  ];
}
