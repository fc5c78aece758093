import { writeFileSync } from 'node:fs';
import { pageText, treePath } from './pages.ts';
import { readmeFigures } from './readme-figures.ts';

// `npm run readme`: brings the README's figures up to date with the pages and the plot that they come from.
const written = readmeFigures().reduce(
  (text, { place, text: figure }) => text.replace(place, () => figure),
  pageText('README.md'),
);
writeFileSync(treePath('README.md'), written);
