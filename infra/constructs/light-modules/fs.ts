/** What the functions use of `node:fs`, without its promises and streams, which an `import` of it loads too. */
export const { readFileSync } = process.getBuiltinModule('node:fs');
