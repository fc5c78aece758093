/** The media type that a file's name or address speaks of by its ending; `undefined` for an ending that is not listed. */
export function typeByName(name: string): string | undefined {
  const [path = ''] = name.split(/[?#]/, 1);
  return TYPES.get(path.slice(path.lastIndexOf('.') + 1).toLowerCase());
}

/** The media type of base64 data by its first bytes; `undefined` for a beginning that is not listed. */
export function typeByContent(base64: string): string | undefined {
  return BEGINNINGS.find(([beginning]) => base64.startsWith(beginning))?.[1];
}

/** Whether content of the type is text, whoever it is written for. */
export function isTextType(mediaType: string): boolean {
  return (
    mediaType.startsWith('text/') || /[/+](json|xml|yaml|x-yaml|javascript|x-ndjson|jsonl|sql|toml)$/.test(mediaType)
  );
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['webp', 'image/webp'],
  ['gif', 'image/gif'],
  ['heic', 'image/heic'],
  ['heif', 'image/heif'],
  ['pdf', 'application/pdf'],
  ['doc', 'application/msword'],
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['xls', 'application/vnd.ms-excel'],
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['txt', 'text/plain'],
  ['log', 'text/plain'],
  ['md', 'text/markdown'],
  ['markdown', 'text/markdown'],
  ['csv', 'text/csv'],
  ['htm', 'text/html'],
  ['html', 'text/html'],
  ['json', 'application/json'],
  ['xml', 'application/xml'],
  ['yaml', 'application/yaml'],
  ['yml', 'application/yaml'],
  ['mp4', 'video/mp4'],
  ['mov', 'video/mov'],
  ['webm', 'video/webm'],
  ['mp3', 'audio/mp3'],
  ['wav', 'audio/wav'],
]);

/** The signatures of the formats, in base64. */
const BEGINNINGS: readonly (readonly [string, string])[] = [
  ['JVBERi', 'application/pdf'],
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
];
