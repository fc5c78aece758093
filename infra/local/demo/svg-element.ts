/** Attributes of an SVG element; numbers are written with one decimal. */
export type SvgAttributes = Readonly<Record<string, string | number>>;

/** One element. A text is escaped; elements are put in as they are. */
export function svgElement(name: string, attributes: SvgAttributes, content: string | readonly string[] = []): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(valueText(value))}"`);
  const inner = typeof content === 'string' ? escaped(content) : content.map((element) => `\n${element}`).join('');
  const head = `<${name}${written.join('')}`;
  return inner === '' ? `${head}/>` : `${head}>${inner}</${name}>`;
}

function valueText(value: string | number): string {
  return typeof value === 'string' ? value : String(Math.round(value * 10) / 10);
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
]);

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES.get(character) ?? '');
}
