/**
 * Islands: what a page gets beyond what the server has rendered. Each `data-island` names one; its code is loaded
 * when the island comes near the window.
 */
import './style.css';

type Island = (host: HTMLElement) => Promise<void> | void;

const islands: Record<string, () => Promise<{ default: Island }>> = {
  chart: () => import('./chart'),
  network: () => import('./network'),
  sankey: () => import('./sankey'),
  workbench: () => import('./workbench/workbench'),
};

async function begin(host: HTMLElement): Promise<void> {
  const load = islands[host.dataset['island'] ?? ''];
  if (!load) return;
  try {
    await (await load()).default(host);
    host.dataset['ready'] = '';
  } catch (error) {
    // The page works without it.
    console.warn(error);
  }
}

const near = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      near.unobserve(entry.target);
      void begin(entry.target as HTMLElement);
    }
  },
  { rootMargin: '400px' },
);

for (const host of document.querySelectorAll<HTMLElement>('[data-island]')) near.observe(host);
