import type { Page } from 'playwright-core';

/** One node of the browser's accessibility tree. */
export interface SpokenNode {
  readonly role: string;
  readonly name: string;
}

/** What a screen reader is given, in the order of the page. */
export async function spokenNodes(page: Page): Promise<readonly SpokenNode[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name }) => ({ role: String(role?.value ?? ''), name: String(name?.value ?? '') }));
}

interface ShownText {
  readonly text: string;
  /** As the browser writes colours: `rgb(1, 2, 3)`. */
  readonly color: string;
  /** Pixels. */
  readonly size: number;
  /** Backgrounds, the nearest first. */
  readonly behind: readonly string[];
}

/** Runs in the page. */
const SHOWN_TEXTS = `[...document.querySelectorAll('body *:not(script, style, svg, svg *)')].flatMap((element) => {
  const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join('').trim();
  const { color, fontSize } = getComputedStyle(element);
  const behind = [];
  for (let up = element; up !== null; up = up.parentElement) {
    behind.push(getComputedStyle(up).backgroundColor);
  }
  return text === '' || !element.checkVisibility() ? [] : [{ text, color, size: parseFloat(fontSize), behind }];
})`;

/** Texts that are hard to read: a contrast below 4.5 to what is behind them, or 3 for large ones (WCAG 2.2, 1.4.3). */
export async function faintTexts(page: Page): Promise<readonly string[]> {
  const texts = (await page.evaluate(SHOWN_TEXTS)) as readonly ShownText[];
  return texts
    .map((shown) => ({ ...shown, contrast: contrastOf(shown) }))
    .filter(({ contrast, size }) => contrast < (size >= 24 ? 3 : 4.5))
    .map(({ text, contrast }) => `${text.slice(0, 60)} (${contrast.toFixed(2)})`);
}

function contrastOf({ color, behind }: ShownText): number {
  const ground = behind.map(channels).find(([, , , alpha = 1]) => alpha > 0) ?? [];
  const [light = 0, dark = 0] = [luminance(channels(color)), luminance(ground)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function channels(color: string): readonly number[] {
  return (color.match(/[\d.]+/g) ?? []).map(Number);
}

/** WCAG 2.2, relative luminance. */
function luminance(color: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = color.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
