import { ANSWER_FEATURES } from './answer-features.ts';
import type { Cell, Feature } from './feature.ts';
import { OTHER_FEATURES } from './other-features.ts';
import { REQUEST_FEATURES } from './request-features.ts';
import { VENDOR_NAMES, VENDORS } from './vendors.ts';

/** Every row, in order. */
export const FEATURES: readonly Feature[] = [...REQUEST_FEATURES, ...ANSWER_FEATURES, ...OTHER_FEATURES];

/** The matrix in markdown, between its markers. */
export function matrixMarkdown(): string {
  const header = ['feature', ...VENDOR_NAMES.map((name) => VENDORS[name].title)];
  const rows = FEATURES.map(({ name, cells }) => [name, ...VENDOR_NAMES.map((vendor) => cellText(cells[vendor]))]);
  const lines = [header, header.map(() => '---'), ...rows].map((columns) => `| ${columns.join(' | ')} |`);
  return ['<!-- conformance:begin -->', ...lines, '<!-- conformance:end -->', ''].join('\n');
}

function cellText({ verdict, note }: Cell): string {
  return note === undefined ? verdict : `${verdict} (${note})`;
}
