/** The names of the documents of one request, which Converse wants distinct. */
export interface DocumentNames {
  /** Documents named so far. */
  readonly count: () => number;
  /** A name that no other document has: the file's own in the characters that Converse takes, with an ordinal where it is taken. */
  readonly name: (fileName: string) => string;
}

/** No document so far. Naming is linear in the number of documents, whatever their names are. */
export function documentNames(): DocumentNames {
  /** The least ordinal that may be free, of each name that was wanted or given. */
  const nextOrdinals = new Map<string, number>();
  let count = 0;
  return {
    count: () => count,
    name: (fileName) => {
      count += 1;
      return distinctName(converseName(fileName), nextOrdinals);
    },
  };
}

function distinctName(wanted: string, nextOrdinals: Map<string, number>): string {
  let ordinal = nextOrdinals.get(wanted) ?? 1;
  while (ordinal > 1 && nextOrdinals.has(withOrdinal(wanted, ordinal))) {
    ordinal += 1;
  }
  const name = withOrdinal(wanted, ordinal);
  nextOrdinals.set(name, 2);
  nextOrdinals.set(wanted, ordinal + 1);
  return name;
}

function withOrdinal(name: string, ordinal: number): string {
  return ordinal === 1 ? name : `${name} (${ordinal})`;
}

const DEFAULT_NAME = 'document';
const MAX_NAME_CHARS = 180;

/** Letters, digits, single spaces, hyphens, parentheses and square brackets. Source: Converse, `DocumentBlock.name`, 2026-11. */
function converseName(fileName: string): string {
  const withoutExtension = fileName.replace(/\.[A-Za-z0-9]{1,5}$/, '');
  const name = withoutExtension
    .replace(/[^A-Za-z0-9()[\]-]+/g, ' ')
    .slice(0, MAX_NAME_CHARS)
    .trim();
  return name === '' ? DEFAULT_NAME : name;
}
