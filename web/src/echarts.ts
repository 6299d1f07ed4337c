/** The parts of echarts that are used, and how a chart lives on the page. */
import { BarChart, LineChart, SankeyChart, ScatterChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

import { follow } from './island';
import { onThemeChange, theme, type Theme } from './theme';

use([
  AriaComponent,
  BarChart,
  CanvasRenderer,
  GridComponent,
  LegendComponent,
  LineChart,
  SankeyChart,
  ScatterChart,
  TooltipComponent,
]);

/** What all charts have. Tips are drawn, not made of HTML, whose inline styles the policy of the pages forbids. */
export function common(colours: Theme): EChartsCoreOption {
  return {
    color: colours.palette,
    textStyle: { color: colours.text, fontFamily: getComputedStyle(document.body).fontFamily },
    animation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    animationDuration: 300,
    tooltip: {
      renderMode: 'richText',
      confine: true,
      backgroundColor: colours.background,
      borderColor: colours.line,
      textStyle: { color: colours.text, fontSize: 13 },
    },
  };
}

/** Draws what `option` makes, again when the colours or the size change; a click follows the `href` of what is clicked. */
export function show(place: HTMLElement, height: number, option: (theme: Theme) => EChartsCoreOption): () => void {
  place.style.height = `${height}px`;
  const chart = init(place, null, { renderer: 'canvas' });
  const draw = () => {
    const colours = theme();
    chart.setOption({ ...common(colours), ...option(colours) }, true);
  };
  draw();
  onThemeChange(draw);
  new ResizeObserver(() => chart.resize()).observe(place);
  chart.on('click', (event) => follow((event.data as { href?: string } | undefined)?.href));
  return () => chart.dispose();
}
